import { simpleEscapes } from "../base/go_escapes.ts";
import { AnchoredRegex } from "./anchored_regex.ts";
import type { LabelSet } from "./label_set.ts";

/** How a matcher compares, in Prometheus' notation. */
export type MatchOperator = "=" | "!=" | "=~" | "!~";

/** One condition on a label. A label that is missing counts as empty. */
export interface LabelMatcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
}

/** A selector that was read, or what is wrong with it, in words that name the place. */
export type SelectorParse =
  | { readonly ok: true; readonly selector: LabelSelector }
  | { readonly ok: false; readonly problem: string };

/** More conditions than a person writes; each costs time for every profile. */
const mostMatchers = 32;

/** Longer ones no person writes. */
const longestSelector = 4096;

/** Conditions that a label set must all meet. */
export class LabelSelector {
  readonly matchers: readonly LabelMatcher[];
  readonly #tests: readonly ((labels: LabelSet) => boolean)[];

  private constructor(matchers: readonly LabelMatcher[], tests: readonly ((labels: LabelSet) => boolean)[]) {
    this.matchers = matchers;
    this.#tests = tests;
  }

  /** The selector that every label set meets. */
  static readonly all = new LabelSelector([], []);

  /** Makes one of conditions; a regular expression may be wrong. */
  static of(matchers: readonly LabelMatcher[]): SelectorParse {
    const tests: ((labels: LabelSet) => boolean)[] = [];
    for (const matcher of matchers) {
      const test = testOf(matcher);
      if (typeof test === "string") return { ok: false, problem: `${matcher.name}: ${test}` };
      tests.push(test);
    }
    return { ok: true, selector: new LabelSelector(matchers, tests) };
  }

  /**
   * Reads a selector as Prometheus writes it: `{service_name="a",env=~"p.*"}`. The braces may be left out; a name
   * may hold dots, and be quoted; strings are in double or single quotes with Go's escapes, or in backticks.
   */
  static parse(text: string): SelectorParse {
    if (text.length > longestSelector)
      return { ok: false, problem: `a selector has at most ${longestSelector} characters` };
    const parsed = new SelectorParser(text).parse();
    return typeof parsed === "string" ? { ok: false, problem: parsed } : LabelSelector.of(parsed);
  }

  /** Whether the labels meet all conditions. */
  matches(labels: LabelSet): boolean {
    for (const test of this.#tests) if (!test(labels)) return false;
    return true;
  }

  /** Writes it so that it can be read back. */
  toString(): string {
    const parts = this.matchers.map(({ name, operator, value }) => {
      const shown = plainName.test(name) ? name : JSON.stringify(name);
      return `${shown}${operator}${JSON.stringify(value)}`;
    });
    return `{${parts.join(",")}}`;
  }
}

function testOf({ name, operator, value }: LabelMatcher): ((labels: LabelSet) => boolean) | string {
  switch (operator) {
    case "=":
      return (labels) => (labels.get(name) ?? "") === value;
    case "!=":
      return (labels) => (labels.get(name) ?? "") !== value;
    default: {
      const parsed = AnchoredRegex.parse(value);
      if (!parsed.ok) return parsed.problem;
      const { regex } = parsed;
      return operator === "=~"
        ? (labels) => regex.test(labels.get(name) ?? "")
        : (labels) => !regex.test(labels.get(name) ?? "");
    }
  }
}

const plainName = /^[a-zA-Z_][a-zA-Z0-9_.]*$/;

/** Reads from left to right; each method leaves the position behind what it read. */
class SelectorParser {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @returns a string where something is wrong: what. */
  parse(): LabelMatcher[] | string {
    this.#skipBlanks();
    const hasBrace = this.#take("{");
    const matchers: LabelMatcher[] = [];
    this.#skipBlanks();
    while (!this.#isAtEnd(hasBrace)) {
      const matcher = this.#matcher();
      if (typeof matcher === "string") return matcher;
      matchers.push(matcher);
      if (matchers.length > mostMatchers) return `a selector has at most ${mostMatchers} matchers`;
      this.#skipBlanks();
      if (!this.#take(",") && !this.#isAtEnd(hasBrace)) return this.#expected(hasBrace ? ", or }" : ",");
      this.#skipBlanks();
    }
    if (hasBrace && !this.#take("}")) return this.#expected("}");
    this.#skipBlanks();
    return this.#position === this.#text.length ? matchers : this.#expected("nothing more");
  }

  #matcher(): LabelMatcher | string {
    const isQuoted = /["'`]/.test(this.#text[this.#position] ?? "");
    const name = isQuoted ? this.#quoted() : this.#matched(/[a-zA-Z_][a-zA-Z0-9_.]*/y);
    if (name === undefined)
      return this.#expected(isQuoted ? "the end of a quoted name" : "the name of a label");
    if (name === "") return this.#expected("the name of a label before this");
    this.#skipBlanks();
    const operator = this.#matched(/=~|!~|!=|=/y) as MatchOperator | undefined;
    if (operator === undefined) return this.#expected("=, !=, =~ or !~");
    this.#skipBlanks();
    const value = this.#quoted();
    return value === undefined ? this.#expected("a value in quotes") : { name, operator, value };
  }

  /** A string in quotes; undefined where there is none, or none that ends or can be read. */
  #quoted(): string | undefined {
    const raw = this.#matched(/`[^`]*`/y);
    if (raw !== undefined) return raw.slice(1, -1);
    const quoted = this.#matched(/"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'/y);
    return quoted === undefined ? undefined : unescaped(quoted.slice(1, -1));
  }

  #matched(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0];
    this.#position += found?.length ?? 0;
    return found;
  }

  #take(character: string): boolean {
    if (this.#text[this.#position] !== character) return false;
    this.#position += 1;
    return true;
  }

  #isAtEnd(hasBrace: boolean): boolean {
    return this.#position >= this.#text.length || (hasBrace && this.#text[this.#position] === "}");
  }

  #skipBlanks(): void {
    this.#matched(/[ \t\r\n]*/y);
  }

  #expected(what: string): string {
    const found = this.#text.slice(this.#position, this.#position + 12);
    return `at character ${this.#position + 1}: expected ${what}, found ${found === "" ? "the end" : JSON.stringify(found)}`;
  }
}

/** https://go.dev/ref/spec#String_literals, without bytes of more than ASCII, which are no text by themselves. */
function unescaped(text: string): string | undefined {
  let isValid = true;
  const value = text.replaceAll(
    /\\(?:([abfnrtv\\"'])|x([0-7][0-9a-fA-F])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([01][0-7]{2})|.)/gs,
    (_, simple?: string, hex?: string, short?: string, long?: string, octal?: string) => {
      if (simple !== undefined) return simpleEscapes[simple] ?? "";
      const digits = hex ?? short ?? long;
      const code = octal === undefined ? Number.parseInt(digits ?? "", 16) : Number.parseInt(octal, 8);
      if (code <= 0x10_ffff) return String.fromCodePoint(code);
      isValid = false;
      return "";
    },
  );
  return isValid ? value : undefined;
}

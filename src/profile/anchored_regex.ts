import { RE2JS } from "re2js";
import { messageOf } from "../base/failure.ts";

/** A regular expression that was read, or why it can't be. */
export type AnchoredRegexResult =
  | { readonly ok: true; readonly regex: AnchoredRegex }
  | { readonly ok: false; readonly problem: string };

/** The expression that matches everything and is every rule's default. */
const anything = "(.*)";

/**
 * A regular expression in RE2's syntax that matches whole texts only, the dot any character: `^(?s:…)$` as
 * in Prometheus. It takes time proportional to the text, whatever the expression.
 */
export class AnchoredRegex {
  /** The numbers of the groups that have names. */
  readonly groupNumbers: ReadonlyMap<string, number>;
  readonly #compiled: RE2JS;
  readonly #isAnything: boolean;

  private constructor(source: string, compiled: RE2JS) {
    this.#compiled = compiled;
    this.#isAnything = source === anything;
    this.groupNumbers = new Map(Object.entries(compiled.namedGroups()));
  }

  /**
   * Reads an expression. It must be valid by itself: `a)|(b` would be so only between the anchors, and
   * would take itself out of them.
   */
  static parse(source: string): AnchoredRegexResult {
    try {
      RE2JS.compile(source);
      return { ok: true, regex: new AnchoredRegex(source, RE2JS.compile(`^(?s:${source})$`)) };
    } catch (thrown) {
      const reason = messageOf(thrown).replace("error parsing regexp: ", "");
      return { ok: false, problem: `expected a regular expression in RE2's syntax: ${reason}` };
    }
  }

  /** Whether it matches the whole text. */
  test(text: string): boolean {
    return this.#isAnything || this.#compiled.test(text);
  }

  /**
   * Matches the whole text.
   *
   * @returns the text and its groups, "" for one that took no part; undefined where it does not match.
   */
  match(text: string): readonly string[] | undefined {
    if (this.#isAnything) return [text, text];
    const matcher = this.#compiled.matcher(text);
    if (!matcher.find()) return undefined;
    return Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? "");
  }
}

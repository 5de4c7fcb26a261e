import { formatProblem } from "../config/problem.ts";
import type { Converted } from "./convert_source.ts";
import { Excerpts } from "./excerpt.ts";
import type { SourceProblem } from "./syntax_tree.ts";

/** How many problems are shown one by one. */
const maxShown = 100;

/** Tells of a conversion in words: problems with their lines, then what was turned and what was not. */
export class Report {
  readonly #file: string;
  readonly #excerpts: Excerpts;

  /** @param file its name as the operator gave it. */
  constructor(file: string, source: string) {
    this.#file = file;
    this.#excerpts = new Excerpts(source);
  }

  /** Each problem as `file:line:column: path: message`, with the line, a caret, and what to do about it. */
  problems(problems: readonly SourceProblem[]): string {
    const shown = problems.slice(0, maxShown).map((problem) => this.#explained(problem));
    const more = problems.length > maxShown ? [`and ${problems.length - maxShown} more`] : [];
    return lines([...shown, ...more]);
  }

  /** What was turned, what that asks for, and what was ignored. */
  summary(converted: Converted): string {
    const { components, flags, variables, ignored, escaped, absentFiles, lostComments } = converted;
    const parts = [
      `${this.#file}: turned ${counted(components.length, "component")}: ${components.join(", ")}`,
    ];
    if (flags.length > 0) parts.push(`start pyroduct with: ${flags.join(" ")}`);
    if (variables.length > 0) {
      parts.push(
        `must be set in the environment (in Alloy one that is not set is empty; \${NAME:-} is the same here): ${variables.join(", ")}`,
      );
    }
    parts.push(...this.#list("ignored:", ignored));
    parts.push(
      ...this.#list(
        "written $${…}, lest the environment decide (was a template meant to fill it?):",
        escaped,
      ),
    );
    parts.push(...this.#list("not right on this machine:", absentFiles));
    if (lostComments > 0)
      parts.push(`left out ${counted(lostComments, "comment")}, for which JSON has no place`);
    return lines(parts);
  }

  #explained(problem: SourceProblem): string {
    const told = [this.#line(problem)];
    const excerpt = this.#excerpts.show(problem.span);
    if (excerpt !== undefined) {
      const number = String(this.#excerpts.positionOf(problem.span.start).line).padStart(5);
      const caret = " ".repeat(excerpt.column - 1) + "^".repeat(excerpt.length);
      told.push(`${number} | ${excerpt.text}`, `${" ".repeat(number.length)} | ${caret}`);
    }
    if (problem.fix !== undefined) told.push(`  fix: ${problem.fix}`);
    return told.join("\n");
  }

  #list(heading: string, problems: readonly SourceProblem[]): string[] {
    return problems.length === 0 ? [] : [heading, ...problems.map((one) => `  ${this.#line(one)}`)];
  }

  #line({ span, path, message }: SourceProblem): string {
    return formatProblem(this.#file, { position: this.#excerpts.positionOf(span.start), path, message });
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function lines(parts: readonly string[]): string {
  return parts.map((part) => `${part}\n`).join("");
}

/** A place in a configuration file, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A path in the configuration: keys, and indexes of lists. */
export type ConfigPath = readonly (string | number)[];

/** Something that is wrong with a configuration. */
export interface Problem {
  readonly path: ConfigPath;
  readonly message: string;
  /** What to do about it, where that is known: a sentence that begins with a verb; no secret. */
  readonly fix?: string | undefined;
  /** Whether it is the key itself that is wrong, and not what stands behind it. */
  readonly isOfKey?: boolean;
}

/** The line that a problem is in, as it may be shown: secrets masked, comments and control characters left out. */
export interface Excerpt {
  readonly text: string;
  /** Where in `text` the problem is, counted from 1, and how far it reaches. */
  readonly column: number;
  readonly length: number;
}

/** A problem with its place. */
export interface LocatedProblem {
  readonly position: Position;
  /** `pyroscope.write.default.endpoint[0].url`, or empty where the whole file is meant. */
  readonly path: string;
  readonly message: string;
  /** Undefined where there is no line to show, as in an empty file. */
  readonly excerpt?: Excerpt | undefined;
  readonly fix?: string | undefined;
}

/** How words are made to stand out; `String` where they are not to. */
export interface ProblemStyle {
  readonly error: (text: string) => string;
  readonly fix: (text: string) => string;
}

const plain: ProblemStyle = { error: String, fix: String };

/** Writes a problem as `file:line:column: path.to.key: what is wrong`. */
export function formatProblem(file: string, problem: LocatedProblem): string {
  const { line, column } = problem.position;
  const path = problem.path === "" ? "" : `${problem.path}: `;
  return `${file}:${line}:${column}: ${path}${problem.message}`;
}

/** Writes a problem as `formatProblem` does, and below it the line of the file, a caret, and what to do. */
export function explainProblem(file: string, problem: LocatedProblem, style: ProblemStyle = plain): string {
  const { excerpt, fix, position } = problem;
  const lines = [formatProblem(file, problem)];
  if (excerpt !== undefined) {
    const number = String(position.line).padStart(5);
    const caret = " ".repeat(excerpt.column - 1) + style.error("^".repeat(Math.max(1, excerpt.length)));
    lines.push(`${number} | ${excerpt.text}`, `${" ".repeat(number.length)} | ${caret}`);
  }
  if (fix !== undefined) lines.push(`  ${style.fix("fix:")} ${fix}`);
  return lines.join("\n");
}

/** A problem as a program reads it. */
export function problemAsJson(file: string, { position, path, message, excerpt, fix }: LocatedProblem) {
  return { file, ...position, path, message, source: excerpt?.text ?? null, fix: fix ?? null };
}

/** Writes a path with dots and brackets. */
export function formatPath(path: ConfigPath): string {
  return path.reduce<string>((written, part) => {
    if (typeof part === "number") return `${written}[${part}]`;
    return written === "" ? part : `${written}.${part}`;
  }, "");
}

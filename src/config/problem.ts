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
}

/** A problem with its place. */
export interface LocatedProblem {
  readonly position: Position;
  /** `pyroscope.write.default.endpoint[0].url`, or empty where the whole file is meant. */
  readonly path: string;
  readonly message: string;
}

/** Writes a problem as `file:line:column: path.to.key: what is wrong`. */
export function formatProblem(file: string, problem: LocatedProblem): string {
  const { line, column } = problem.position;
  const path = problem.path === "" ? "" : `${problem.path}: `;
  return `${file}:${line}:${column}: ${path}${problem.message}`;
}

/** Writes a path with dots and brackets. */
export function formatPath(path: ConfigPath): string {
  return path.reduce<string>((written, part) => {
    if (typeof part === "number") return `${written}[${part}]`;
    return written === "" ? part : `${written}.${part}`;
  }, "");
}

import { type ConfigPath, formatPath } from "../config/problem.ts";
import type { CommentShelf } from "./comment_shelf.ts";
import type { Scope } from "./evaluate.ts";
import type { Block, Expression, SourceProblem, Span } from "./syntax_tree.ts";
import { Untranslatable } from "./value.ts";

/** A `local.file` component. */
export interface LocalFile {
  readonly block: Block;
  /** Undefined where it is not given. */
  readonly filename: Expression | undefined;
}

/** What a conversion has to go by, and what it gathers on its way. */
export class Conversion {
  /** What can't be turned, or is wrong. */
  readonly problems: SourceProblem[] = [];
  /** What is left out without a loss, each with the reason. */
  readonly ignored: SourceProblem[] = [];
  /** Where `${…}` is text, as everywhere in Alloy; a template may have been meant. */
  readonly escaped: SourceProblem[] = [];
  /** Environment variables that must be set, with a value that fits where they stand. */
  readonly variables = new Map<string, string | undefined>();
  /** The arguments that such variables are in. */
  readonly variablePaths = new Set<string>();
  /** The `local.file` components that became an argument of their own name. */
  readonly usedFiles = new Set<string>();
  readonly scope: Scope;
  readonly comments: CommentShelf;
  readonly files: ReadonlyMap<string, LocalFile>;
  readonly #spans = new Map<string, Span>();

  constructor(scope: Scope, comments: CommentShelf, files: ReadonlyMap<string, LocalFile>) {
    this.scope = scope;
    this.comments = comments;
    this.files = files;
  }

  /** Remembers where the argument at this path of the result was written. */
  remember(path: ConfigPath, span: Span): void {
    this.#spans.set(formatPath(path), span);
  }

  /** Where the argument at this path was written, or the nearest thing around it. */
  spanOf(path: string): Span {
    for (let at = path; at !== ""; at = at.replace(/(?:^|\.|\[)[^.[]*$/, "")) {
      const span = this.#spans.get(at);
      if (span !== undefined) return span;
    }
    return { start: 0, end: 0 };
  }

  report(path: ConfigPath, span: Span, message: string, fix?: string): void {
    this.problems.push({ span, path: formatPath(path), message, fix });
  }

  /** What was thrown, where it is one of the expected failures; else it is thrown on. */
  reportThrown(path: ConfigPath, thrown: unknown): void {
    if (!(thrown instanceof Untranslatable)) throw thrown;
    this.problems.push(thrown.problem(formatPath(path)));
  }

  noteEscape(path: ConfigPath): void {
    const written = formatPath(path);
    this.escaped.push({
      span: this.spanOf(written),
      path: written,
      message: "holds ${…} as text, as in Alloy",
    });
  }

  ignore(path: ConfigPath, span: Span, message: string): void {
    this.ignored.push({ span, path: formatPath(path), message });
  }
}

/** The configuration in use and the one on disk. */
export interface ConfigView {
  /** The file's name as the operator gave it. */
  readonly name: string;
  /** Whether it can be reloaded: standard input and the built-in configuration can't. */
  readonly is_file: boolean;
  /** Since when the one in use is. */
  readonly loaded_at: number;
  /** The one in use as YAML, secrets masked, comments left out. */
  readonly running: string;
  /** The one on disk likewise; null where it is no file or can't be used. */
  readonly on_disk: string | null;
  readonly is_changed: boolean;
  /** From `running` to `on_disk`, line by line; empty where nothing changed or `on_disk` is null. */
  readonly diff: readonly DiffLine[];
  /** Why the one on disk can't be used. */
  readonly problems: readonly ConfigProblem[];
}

/** A line of a difference. A secret that changed shows as a line removed and one added, both masked. */
export interface DiffLine {
  readonly change: "same" | "added" | "removed";
  readonly text: string;
}

/** Something that is wrong with a configuration. */
export interface ConfigProblem {
  readonly file: string;
  /** From 1; both are null where the problem is of no place, such as a port that is taken. */
  readonly line: number | null;
  readonly column: number | null;
  /** `pyroscope.write.default.endpoint[0].url`; empty where the whole is meant. */
  readonly path: string;
  readonly message: string;
  /** All of it as the commands print it: `file:line:column: path: message`. */
  readonly text: string;
}

/** Whether a configuration can be used. */
export interface ValidateAnswer {
  readonly ok: boolean;
  readonly problems: readonly ConfigProblem[];
  /** How many components it has; 0 where it can't be used. */
  readonly components: number;
}

/** What came of a reload; where it is not ok the configuration in use stays. */
export interface ReloadAnswer {
  readonly ok: boolean;
  readonly problems: readonly ConfigProblem[];
}

/** Every kind of component. */
export interface ConfigReference {
  readonly components: readonly ReferenceComponent[];
}

/** One kind of component. */
export interface ReferenceComponent {
  readonly type: string;
  readonly description: string;
  readonly arguments: readonly ReferenceArgument[];
}

/** One argument. */
export interface ReferenceArgument {
  /** `endpoint[].basic_auth.username`. */
  readonly path: string;
  readonly type: string;
  readonly is_required: boolean;
  /** As YAML would have it; null where there is none. */
  readonly default: string | null;
  readonly description: string;
}

import type { Clock } from "../base/clock.ts";
import { CodedError, messageOf } from "../base/failure.ts";
import { WatchedFile } from "../base/watched_file.ts";

/** What a file of credentials says, or what is wrong with it: lines by their numbers, never what stands in them. */
export type CredentialsParse<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly string[] };

/** What one line says, or what is wrong with it. */
export type LineParse<Entry> =
  | { readonly ok: true; readonly entry: Entry }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads a file of one entry in a line; blank lines and those that begin with # say nothing.
 *
 * @param entryName what the file must hold at least one of, for the message.
 */
export function parseLines<Entry>(
  content: string,
  entryName: string,
  parseLine: (line: string, lineNumber: number) => LineParse<Entry>,
): CredentialsParse<readonly Entry[]> {
  const entries: Entry[] = [];
  const problems: string[] = [];
  for (const [index, raw] of content.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const parsed = parseLine(line, index + 1);
    if (parsed.ok) entries.push(parsed.entry);
    else problems.push(`line ${index + 1}: ${parsed.problem}`);
  }
  if (problems.length > 0) return { ok: false, problems };
  // A file that is being written is empty for a moment; that must not lock everybody out.
  if (entries.length === 0) return { ok: false, problems: [`holds no ${entryName}`] };
  return { ok: true, value: entries };
}

/** A file of credentials that is followed; where its new content is wrong, what it said before holds. */
export class CredentialsFile<Value> {
  readonly #file: WatchedFile;
  readonly #parse: (content: string) => CredentialsParse<Value>;
  #value: Value;
  #problem: string | undefined;

  /** @throws CodedError where the file can't be read, or is wrong from the start. */
  constructor(path: string, parse: (content: string) => CredentialsParse<Value>, clock: Clock) {
    this.#file = open(path, clock);
    this.#parse = parse;
    const parsed = parse(this.#file.content);
    if (!parsed.ok) throw new CodedError("invalid_argument", `${path}: ${parsed.problems.join("; ")}`);
    this.#value = parsed.value;
  }

  /** What the file said when it was last right. */
  get current(): Value {
    return this.#value;
  }

  /** What is wrong with the file as it stands now; undefined where nothing is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Begins to follow the file; `onChange` is called after each change, a wrong one included. */
  start(onChange: () => void): void {
    this.#file.start((content) => {
      const parsed = this.#parse(content);
      if (parsed.ok) this.#value = parsed.value;
      this.#problem = parsed.ok ? undefined : `${this.#file.path}: ${parsed.problems.join("; ")}`;
      onChange();
    });
  }

  stop(): void {
    this.#file.stop();
  }
}

function open(path: string, clock: Clock): WatchedFile {
  try {
    return new WatchedFile(path, clock);
  } catch (thrown) {
    throw new CodedError("invalid_argument", `${path} can't be read: ${messageOf(thrown)}`);
  }
}

import { join } from "node:path";
import { eventually } from "../base/eventually.ts";
import { programCommand } from "../base/program.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";

const repository = join(import.meta.dir, "..", "..");

/** How long a start or an end may take on a busy machine, in milliseconds. */
const longMs = 15_000;

/** The bound of a test that starts processes, in milliseconds. */
export const processTestMs = 40_000;

/** How a run ended, and what it said. */
export interface Ended {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

/** A pyroduct in a process of its own, with a folder of its own. */
export class PyroductRun implements AsyncDisposable {
  readonly folder = new TemporaryFolder();
  readonly #process: Bun.Subprocess<Blob | "ignore", "pipe", "pipe">;
  readonly #read: Promise<unknown>;
  #out = "";
  #error = "";

  /**
   * @param args the command line, which may name files in the folder.
   * @param stdin what is written to it.
   * @param variables what it finds in its environment besides the usual.
   */
  constructor(
    args: (folder: TemporaryFolder) => readonly string[],
    stdin?: string,
    variables: (folder: TemporaryFolder) => Readonly<Record<string, string>> = () => ({}),
  ) {
    this.#process = Bun.spawn([...programCommand(), ...args(this.folder)], {
      cwd: repository,
      // What whoever runs the tests has in the environment must not change what they see.
      env: {
        PATH: process.env["PATH"],
        HOME: this.folder.path,
        TMPDIR: this.folder.path,
        ...variables(this.folder),
      },
      stdin: stdin === undefined ? "ignore" : new Blob([stdin]),
      stdout: "pipe",
      stderr: "pipe",
    });
    this.#read = Promise.all([this.#readOut(), this.#readError()]);
  }

  /** Waits until it has said so much on either stream; fails with all that it said where it ends before. */
  async hasSaid(words: RegExp): Promise<RegExpExecArray> {
    let found: RegExpExecArray | undefined;
    await eventually(
      `${words}`,
      () => {
        found = words.exec(this.#out) ?? words.exec(this.#error) ?? undefined;
        if (found === undefined && this.#process.exitCode !== null)
          throw new Error(`it ended:\n${this.#error}`);
        return found !== undefined;
      },
      longMs,
    );
    if (found === undefined) throw new Error(`it has not said ${words}`);
    return found;
  }

  /** `host:port` of a component that listens, by its ID. */
  async address(component: string): Promise<string> {
    const line = new RegExp(
      `msg=listening(?: worker=\\d+)? component_id=${component}(?: [^\\n]*)? address=(\\S+)`,
    );
    const [, address = ""] = await this.hasSaid(line);
    return address;
  }

  /** Sends it a signal. */
  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Waits until it has ended. */
  async ended(): Promise<Ended> {
    await eventually(
      "its end",
      () => this.#process.exitCode !== null || this.#process.signalCode !== null,
      longMs,
    );
    await this.#read;
    return { status: this.#process.exitCode ?? -1, out: this.#out, error: this.#error };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.exited;
    await this.#read;
    this.folder[Symbol.dispose]();
  }

  async #readOut(): Promise<void> {
    for await (const text of this.#process.stdout.pipeThrough(new TextDecoderStream())) this.#out += text;
  }

  async #readError(): Promise<void> {
    for await (const text of this.#process.stderr.pipeThrough(new TextDecoderStream())) this.#error += text;
  }
}

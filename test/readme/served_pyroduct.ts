import { eventually } from "../base/eventually.ts";
import { withinMs } from "../wire/bounded.ts";

const startMs = 20_000;
const reloadMs = 5000;
const stopMs = 10_000;

/** How to start it. */
export interface ServedOptions {
  readonly words: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** `host:port` of its admin server. */
  readonly admin: string;
}

/** A pyroduct that serves, maybe started by a runner, which then stands between it and its test. */
export class ServedPyroduct implements AsyncDisposable {
  readonly #options: ServedOptions;
  readonly #process: Bun.Subprocess<"ignore", "ignore", "pipe">;
  readonly #reading: Promise<void>;
  #log = "";

  private constructor(options: ServedOptions) {
    const { words, cwd, environment } = options;
    const pipes = { stdin: "ignore", stdout: "ignore", stderr: "pipe" } as const;
    this.#options = options;
    // A group of its own, so that a runner and what it runs can be ended together.
    this.#process = Bun.spawn([...words], { cwd, env: { ...environment }, detached: true, ...pipes });
    this.#reading = this.#read();
  }

  /** Starts it and waits until it is ready; an error with all that it said where it ends instead. */
  static async start(options: ServedOptions): Promise<ServedPyroduct> {
    const served = new ServedPyroduct(options);
    try {
      await eventually("its start", () => served.#isReady(), startMs);
    } catch (error) {
      await served[Symbol.asyncDispose]();
      throw new Error(`${options.words.join(" ")}:\n${served.#log}`, { cause: error });
    }
    return served;
  }

  /** Sends SIGHUP and waits until it has had its effect. */
  async reload(): Promise<void> {
    const before = this.#reloads();
    this.#process.kill("SIGHUP");
    await eventually("a reload", () => this.#reloads() > before, reloadMs);
  }

  /** Sends SIGTERM; resolves to the exit status. */
  stop(): Promise<number> {
    this.#process.kill("SIGTERM");
    return withinMs(stopMs, "its end", this.#process.exited);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) process.kill(-this.#process.pid, "SIGKILL");
    await this.#reading;
  }

  get #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  #reloads(): number {
    return this.#log.split('msg="configuration reloaded"').length;
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#process.stderr) this.#log += decoder.decode(chunk, { stream: true });
    await this.#process.exited;
  }

  async #isReady(): Promise<boolean> {
    if (this.#hasEnded) throw new Error("it has ended");
    try {
      return (await fetch(`http://${this.#options.admin}/-/ready`)).ok;
    } catch {
      return false;
    }
  }
}

import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Certificate, makeCertificate } from "./certificate.ts";
import { currentExecutable } from "./executable.ts";
import type { BenchOptions } from "./options.ts";
import { definitionOf, type Receiver, type ReceiverName } from "./receivers.ts";
import { Sink } from "./sink.ts";
import { findTools, type Tools } from "./tools.ts";

/** What rows measure with. Everything in it ends with it. */
export class BenchEnvironment implements AsyncDisposable {
  readonly #resources: AsyncDisposableStack;
  readonly #running = new Map<ReceiverName, Promise<Receiver>>();

  private constructor(
    resources: AsyncDisposableStack,
    readonly options: BenchOptions,
    readonly tools: Tools,
    /** A folder for whatever files are needed. */
    readonly folder: string,
    /** pyroduct's executable. */
    readonly executable: string,
    readonly certificate: Certificate,
    readonly sink: Sink,
    /** Says what goes on. */
    readonly tell: (line: string) => void,
  ) {
    this.#resources = resources;
  }

  /** Finds the tools, builds the executable where that is due, and starts the sink. */
  static async start(options: BenchOptions, tell: (line: string) => void): Promise<BenchEnvironment> {
    const tools = findTools();
    await using resources = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), "pyroduct-bench-"));
    resources.defer(() => rm(folder, { recursive: true, force: true }));
    // nginx's worker processes run as another user where the bench runs as root.
    await chmod(folder, 0o755);
    const executable = await currentExecutable(tell);
    process.env["PYRODUCT_EXECUTABLE"] = executable;
    const certificate = await makeCertificate(folder);
    const sink = resources.use(await Sink.start(folder, tools.echoModule, certificate, options.sinkPort));
    return new BenchEnvironment(
      resources.move(),
      options,
      tools,
      folder,
      executable,
      certificate,
      sink,
      tell,
    );
  }

  /** A receiver that rows share; it is started for the first of them. */
  receiver(name: ReceiverName): Promise<Receiver> {
    const running = this.#running.get(name) ?? this.startReceiver(name);
    this.#running.set(name, running);
    return running;
  }

  /** A receiver of one's own. It ends with the environment at the latest. */
  async startReceiver(name: ReceiverName): Promise<Receiver> {
    this.tell(`starting ${name}`);
    return this.#resources.use(await definitionOf(name).start(this));
  }

  /** Why a receiver can't be started; undefined where it can. */
  async unsupported(name: ReceiverName): Promise<string | undefined> {
    return definitionOf(name).unsupported?.(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Certificate, makeCertificate } from "./certificate.ts";
import { currentExecutable, sourceCommand } from "./executable.ts";
import type { BenchOptions } from "./options.ts";
import type { Payload } from "./payload.ts";
import { definitionOf, type Receiver, type ReceiverName } from "./receivers.ts";
import { Sink } from "./sink.ts";
import { findTools, type Tools } from "./tools.ts";

/** What rows measure with. Everything in it ends with it. */
export class BenchEnvironment implements AsyncDisposable {
  readonly #resources: AsyncDisposableStack;
  readonly #running = new Map<ReceiverName, Promise<Receiver>>();
  readonly #warm = new Set<string>();

  private constructor(
    resources: AsyncDisposableStack,
    readonly options: BenchOptions,
    readonly tools: Tools,
    /** A folder for whatever files are needed. */
    readonly folder: string,
    /** What pyroduct's arguments follow. */
    readonly command: readonly string[],
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
    const command = options.profile ? sourceCommand() : [await currentExecutable(tell)];
    const certificate = await makeCertificate(folder);
    const sink = resources.use(await Sink.start(folder, tools.echoModule, certificate, options.sinkPorts));
    return new BenchEnvironment(resources.move(), options, tools, folder, command, certificate, sink, tell);
  }

  /** A receiver that rows share; it is started for the first of them. */
  receiver(name: ReceiverName): Promise<Receiver> {
    const running = this.#running.get(name) ?? this.startReceiver(name);
    this.#running.set(name, running);
    return running;
  }

  /** A receiver of one's own, which ends with the environment at the latest. */
  async startReceiver(
    name: ReceiverName,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<Receiver> {
    this.tell(`starting ${name}`);
    return this.#resources.use(await definitionOf(name).start(this, variables));
  }

  /** How long a receiver that rows share must be under a load before it is measured: until its code is compiled. */
  warmUpSeconds(name: ReceiverName, { target }: Payload): number {
    if (name.startsWith("nginx")) return 0;
    const kind = `${name} ${target}`;
    const { warmUpSeconds, firstWarmUpSeconds } = this.options;
    if (this.#warm.has(kind)) return warmUpSeconds;
    this.#warm.add(kind);
    return firstWarmUpSeconds;
  }

  /** Why one of these receivers can't be started; undefined where all can. */
  async unsupported(names: readonly ReceiverName[]): Promise<string | undefined> {
    for (const name of names) {
      const reason = await definitionOf(name).unsupported?.(this);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QueueInfo } from "../../src/component/queues.ts";
import { eventually } from "../base/eventually.ts";
import { type PyroductConfig, PyroductProcess, type StartOptions } from "../wire/pyroduct_process.ts";
import { Link } from "./link.ts";
import { Senders, type SendersOptions } from "./senders.ts";
import { Sink } from "./sink.ts";
import { Tally } from "./tally.ts";

/** An endpoint of the configuration. */
export type EndpointConfig = Readonly<Record<string, unknown>> & { readonly name: string };

/** A queued endpoint with waits that suit a short test. */
export function queuedEndpoint(
  name: string,
  url: string,
  more: Readonly<Record<string, unknown>> = {},
  queue: Readonly<Record<string, unknown>> = {},
): EndpointConfig {
  return {
    name,
    url,
    min_backoff_period: "100ms",
    max_backoff_period: "2s",
    ...more,
    queue: { type: "disk", drain_rate: "20MB/s", ...queue },
  };
}

/** A receiver and a pyroscope.write with these endpoints. */
export function configOf(
  endpoints: readonly EndpointConfig[],
  graceful = "5s",
  http: Readonly<Record<string, unknown>> = {},
): PyroductConfig {
  return {
    "pyroscope.receive_http": {
      default: {
        http: { listen_address: "127.0.0.1", listen_port: 0, ...http },
        graceful_shutdown_timeout: graceful,
        forward_to: ["pyroscope.write.default.receiver"],
      },
    },
    "pyroscope.write": { default: { endpoint: endpoints } },
  };
}

/** The parts of a scenario; all of them end with it. */
export class FaultBed implements AsyncDisposable {
  readonly isLong: boolean;
  readonly tally = new Tally();
  /** What is worth telling about the run. */
  readonly notes: string[] = [];
  /** What went otherwise than it must. */
  readonly problems: string[] = [];
  /** Copies that pyroduct dropped by a rule, by reason, where the scenario means it to. */
  dropped: Readonly<Record<string, number>> = {};
  readonly folder: string;
  readonly #stack = new AsyncDisposableStack();
  readonly #sinks: Sink[] = [];
  #pyroduct: PyroductProcess | undefined;

  private constructor(isLong: boolean, folder: string) {
    this.isLong = isLong;
    this.folder = folder;
    this.#stack.defer(() => rm(folder, { recursive: true, force: true }));
  }

  static async open(isLong: boolean): Promise<FaultBed> {
    return new FaultBed(isLong, await mkdtemp(join(tmpdir(), "pyroduct-faults-")));
  }

  /** One of two values, by the form of the run. */
  form<Value>(short: Value, long: Value): Value {
    return this.isLong ? long : short;
  }

  /** Notes what must hold and does not. */
  expect(holds: boolean, problem: string): void {
    if (!holds) this.problems.push(problem);
  }

  sink(name: string): Sink {
    const sink = this.#stack.use(new Sink(name, this.tally));
    this.#sinks.push(sink);
    return sink;
  }

  async link(sink: Sink): Promise<Link> {
    return this.#stack.use(await Link.open(sink.port));
  }

  /** Starts pyroduct, or starts it again with the same storage. */
  async start(config: PyroductConfig, options: StartOptions = {}): Promise<PyroductProcess> {
    const started = await PyroductProcess.start(config, {
      storagePath: join(this.folder, "storage"),
      ...options,
    });
    this.#stack.defer(() => (started.ending === undefined ? started.kill() : undefined));
    this.#pyroduct = started;
    return started;
  }

  get pyroduct(): PyroductProcess {
    if (this.#pyroduct === undefined) throw new Error("pyroduct was not started");
    return this.#pyroduct;
  }

  senders(options: Pick<SendersOptions, "perSecond" | "bytes"> & Partial<SendersOptions>): Senders {
    return new Senders({
      tally: this.tally,
      url: () => `http://${this.pyroduct.receiver}`,
      destinations: () => this.#sinks.map(({ name }) => name),
      ...options,
    });
  }

  /** Waits until nothing is queued any more. What is missing then is lost. */
  async drained(boundMs: number): Promise<void> {
    const startedAt = performance.now();
    const isEmpty = async () => (await this.queues()).every(({ profiles }) => profiles === 0);
    try {
      await eventually("the end of what was queued", isEmpty, boundMs);
      this.notes.push(`empty ${((performance.now() - startedAt) / 1000).toFixed(1)} s after the end`);
    } catch (error) {
      const left = (await this.queues()).map(
        ({ id, profiles, paused }) => `${id} ${profiles} ${paused ?? ""}`,
      );
      this.problems.push(`${error instanceof Error ? error.message : error}: ${left.join(", ")}`);
    }
  }

  /** How the queues stand. */
  async queues(): Promise<readonly QueueInfo[]> {
    const answer = await fetch(`http://${this.pyroduct.admin}/api/v0/queues`);
    const { queues } = (await answer.json()) as { queues: QueueInfo[] };
    return queues;
  }

  /** Dropped copies by reason, as this run of pyroduct has counted them. */
  async droppedByReason(): Promise<Record<string, number>> {
    const text = await (await fetch(`http://${this.pyroduct.admin}/metrics`)).text();
    const dropped: Record<string, number> = {};
    for (const [, reason = "", count] of text.matchAll(
      /^pyroduct_write_queue_dropped_total\{.*reason="(\w+)".*\} (\d+)/gm,
    )) {
      dropped[reason] = (dropped[reason] ?? 0) + Number(count);
    }
    return dropped;
  }

  /** Has what a queue keeps sent again, as an operator does: its dead letters, or with `to` all of it by another queue. */
  resend(queue: string, to?: string): void {
    const more = to === undefined ? [] : ["--to", to];
    const command = ["queue", "resend", queue, ...more];
    const server = ["--server", `http://${this.pyroduct.admin}`];
    const executable = process.env["PYRODUCT_EXECUTABLE"] ?? "";
    const { success, stdout, stderr } = Bun.spawnSync([executable, ...command, ...server]);
    this.notes.push(`${command.join(" ")}: ${String(stdout).trim()}`);
    this.expect(success, `${command.join(" ")}: ${stderr}`);
  }

  /** Whether anything came to a destination that was not whole. */
  get damaged(): number {
    return this.#sinks.reduce((sum, { damaged }) => sum + damaged, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

import type { BenchEnvironment } from "./environment.ts";
import type { LoadRow } from "./load_row.ts";
import { cpuNanos, memoryOf } from "./process_tree.ts";
import type { Receiver, ReceiverName } from "./receivers.ts";
import type { Quantity } from "./row.ts";
import type { Arrived } from "./sink.ts";
import { runWrk, type WrkRun } from "./wrk.ts";

const defaultConnections = 64;

/** Runs before the rounds, so that what is compiled while running is compiled. */
const warmUpRuns = { quick: 1, full: 2 };

/** One receiver in one row: it takes load, and what that costs is noted. */
export class LoadedReceiver {
  /** For each quantity a value for each round. */
  readonly values: Partial<Record<Quantity, number[]>> = {};
  readonly #arrivedBefore: readonly Arrived[];
  #answered = 0;
  readonly #complaints = new Set<string>();
  #meanWaitMs = 0;

  private constructor(
    readonly environment: BenchEnvironment,
    readonly name: ReceiverName,
    readonly receiver: Receiver,
    readonly row: LoadRow,
  ) {
    this.#arrivedBefore = receiver.destinations.map((port) => environment.sink.arrived(port));
  }

  /** Starts the receiver where it does not run yet, and warms it up. */
  static async warmUp(
    environment: BenchEnvironment,
    name: ReceiverName,
    row: LoadRow,
  ): Promise<LoadedReceiver> {
    const one = new LoadedReceiver(environment, name, await environment.receiver(name), row);
    const runs = environment.options.quick ? warmUpRuns.quick : warmUpRuns.full;
    for (let run = 0; run < runs; run += 1) {
      const { requests, seconds } = await one.#load(1);
      // The time that an answer takes is not known beforehand: the rate that comes of it is a little lower.
      if (row.share !== undefined)
        one.#meanWaitMs = (1000 * one.#connections) / ((row.share * requests) / seconds);
    }
    return one;
  }

  /** A round. */
  async measure(): Promise<void> {
    const { environment, receiver, row } = this;
    const { pid } = receiver;
    const connectionsBefore = row.countsConnections ? await environment.sink.connections() : 0;
    const cpuBefore = pid === undefined ? 0 : cpuNanos(pid);
    const run = await this.#load(environment.options.seconds, this.#meanWaitMs);
    if (pid !== undefined) {
      this.#note("cpuMicros", (cpuNanos(pid) - cpuBefore) / 1e3 / run.requests);
      this.#note("memoryMb", memoryOf(pid).now / 1e6);
    }
    this.#note("rate", run.requests / run.seconds);
    this.#note("p50Ms", run.p50Ms);
    this.#note("p99Ms", run.p99Ms);
    if (row.countsConnections)
      this.#note("connections", (await environment.sink.connections()) - connectionsBefore);
  }

  /** What went wrong so far, as of the sink's last count. */
  problems(): string[] {
    const { environment, receiver, row, name } = this;
    const lost = receiver.destinations.flatMap((port, index) => {
      const before = this.#arrivedBefore[index] ?? { requests: 0, bytes: 0 };
      const now = environment.sink.arrived(port);
      const [requests, bytes] = [now.requests - before.requests, now.bytes - before.bytes];
      if (requests < this.#answered)
        return [`${this.#answered - requests} of ${this.#answered} did not arrive`];
      return bytes < requests * row.payload.profileBytes ? ["profiles arrived short"] : [];
    });
    return [...this.#complaints, ...lost].map((problem) => `${name}: ${problem}`);
  }

  get #connections(): number {
    return this.row.connections ?? defaultConnections;
  }

  async #load(seconds: number, meanWaitMs = 0): Promise<WrkRun> {
    const { environment, receiver, row } = this;
    const run = await runWrk(environment.folder, {
      url: receiver.url,
      payload: row.payload,
      connections: this.#connections,
      seconds,
      meanWaitMs,
    });
    this.#answered += run.requests - run.badStatuses;
    if (run.badStatuses > 0) this.#complaints.add(`${run.badStatuses} answers were no success`);
    if (run.brokenConnections > 0) this.#complaints.add(`${run.brokenConnections} connections broke`);
    if (run.timeouts > 0) this.#complaints.add(`${run.timeouts} answers took too long`);
    if (run.requests === 0) this.#complaints.add("nothing was answered");
    return run;
  }

  #note(quantity: Quantity, value: number): void {
    const values = this.values[quantity] ?? [];
    values.push(value);
    this.values[quantity] = values;
  }
}

import { type Arrived, lossIn, type Taken } from "./arrived.ts";
import type { BenchEnvironment } from "./environment.ts";
import type { Payload } from "./payload.ts";
import { cpuNanos, memoryOf, writtenBytes } from "./process_tree.ts";
import type { Receiver } from "./receivers.ts";
import type { Quantity } from "./row.ts";
import { runWrk, type WrkRun } from "./wrk.ts";

/** What is sent to a receiver, and how. */
export interface Load {
  readonly payload: Payload;
  readonly connections: number;
  /** How long each connection waits before each request on the average; not at all unless given. */
  readonly meanWaitMs?: number;
}

/** What can go wrong on the side that sends, in words that follow a number. */
const failureTexts = {
  badStatuses: "answers were no success",
  brokenConnections: "connections broke",
  timeouts: "answers took too long",
};

const failures = Object.keys(failureTexts) as (keyof typeof failureTexts)[];

/** A receiver in a row: it takes load, and what that costs is noted. */
export class LoadedReceiver {
  /** What the table calls it. */
  readonly name: string;
  /** For each quantity a value for each round. */
  readonly values: Partial<Record<Quantity, number[]>> = {};
  /** Connections that the sink has accepted while this one was under load. */
  connectionsOpened = 0;
  readonly #arrivedBefore: readonly Arrived[];
  readonly #failures = { badStatuses: 0, brokenConnections: 0, timeouts: 0 };
  #taken: Taken = { requests: 0, bytes: 0, leastBytes: Number.POSITIVE_INFINITY };

  /** @param rowsName what rows call it. */
  constructor(
    readonly environment: BenchEnvironment,
    rowsName: string,
    readonly receiver: Receiver,
  ) {
    this.name = receiver.name ?? rowsName;
    this.#arrivedBefore = receiver.destinations.map((port) => environment.sink.arrived(port));
  }

  /** Notes CPU time per profile, memory, rate and durations under a load. */
  async measure(load: Load, seconds: number): Promise<void> {
    const { pid } = this.receiver;
    const cpuBefore = pid === undefined ? 0 : cpuNanos(pid);
    const writtenBefore = pid === undefined ? 0 : writtenBytes(pid);
    const run = await this.send(load, seconds);
    if (pid !== undefined) {
      this.note("cpuMicros", (cpuNanos(pid) - cpuBefore) / 1e3 / run.requests);
      this.note("memoryMb", memoryOf(pid).now / 1e6);
      const written = writtenBytes(pid) - writtenBefore;
      if (written > 0) this.note("timesWritten", written / (run.requests * load.payload.profileBytes));
    }
    this.note("rate", run.requests / run.seconds);
    this.note("p50Ms", run.p50Ms);
    this.note("p99Ms", run.p99Ms);
  }

  /** Sends a load and sees to it that all of it is answered with success. Fails where nothing is. */
  async send({ payload, connections, meanWaitMs }: Load, seconds: number): Promise<WrkRun> {
    const { environment, receiver } = this;
    const connectionsBefore = await environment.sink.connections();
    const run = await runWrk(environment.folder, {
      url: receiver.url,
      payload,
      connections,
      seconds,
      ...(meanWaitMs === undefined ? {} : { meanWaitMs }),
    });
    this.connectionsOpened += (await environment.sink.connections()) - connectionsBefore;
    if (run.requests === 0) throw new Error(`${this.name}: nothing was answered`);
    this.countAnswered(run.requests - run.badStatuses, payload);
    for (const failure of failures) this.#failures[failure] += run[failure];
    return run;
  }

  /** Counts profiles that the receiver has taken, which must have arrived in the end. */
  countAnswered(count: number, { profileBytes, series }: Payload): void {
    const { requests, bytes, leastBytes } = this.#taken;
    const least = this.receiver.splitsPush ? profileBytes / series : profileBytes;
    this.#taken = {
      requests: requests + count,
      bytes: bytes + count * profileBytes,
      leastBytes: Math.min(leastBytes, least),
    };
  }

  /** Adds a value that was measured. */
  note(quantity: Quantity, value: number): void {
    const values = this.values[quantity] ?? [];
    values.push(value);
    this.values[quantity] = values;
  }

  /** What went wrong, once nothing more comes to the sink. */
  async problems(): Promise<string[]> {
    const { environment, receiver, name } = this;
    await environment.sink.settle();
    const lost = receiver.destinations.flatMap((port, index) => {
      const before = this.#arrivedBefore[index] ?? { requests: 0, bytes: 0 };
      return lossIn(before, environment.sink.arrived(port), this.#taken) ?? [];
    });
    const failed = failures
      .filter((failure) => this.#failures[failure] > 0)
      .map((failure) => `${this.#failures[failure]} ${failureTexts[failure]}`);
    return [...failed, ...lost].map((problem) => `${name}: ${problem}`);
  }
}

import * as v from "valibot";
import { Backoff } from "../base/backoff.ts";
import { type Clock, sleep, type Timer } from "../base/clock.ts";
import { CodedError, messageOf } from "../base/failure.ts";
import type { Logger } from "../telemetry/log.ts";
import type { MetricFamily } from "../telemetry/metric_family.ts";
import { FlowHistory } from "./flow_history.ts";
import { MetricHistory } from "./metric_history.ts";
import type { ShardCalls, ShardFlow } from "./shard.ts";
import { connectShard } from "./shard_client.ts";
import type { ShardSlot } from "./shard_slot.ts";
import { workerFamilies } from "./worker_metrics.ts";
import type { WorkerProcess } from "./worker_process.ts";
import { type WorkerSettings, workerMessage } from "./worker_settings.ts";

/** What the place of a worker is made of. */
export interface WorkerSlotParts {
  readonly index: number;
  readonly spawn: () => WorkerProcess;
  /** As they are now. */
  readonly settings: () => WorkerSettings;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How long it takes, in milliseconds, until a worker that has ended is replaced; more each time in a row. */
const restart = { minMs: 100, maxMs: 30_000 };

/** A worker that has run for so long did not end because of how it began. */
const steadyMs = 60_000;

/** How long a process may take to say that it is ready. */
const readyMs = 20_000;

/** How long a process may take to end once it has nothing left to do. */
const exitMs = 5000;

/** How often a worker is asked for a sign of life, and how often in a row it may give none. */
const lookEveryMs = 10_000;
const maxMisses = 2;

/** A shard and the process that it lives in. */
interface Running {
  readonly process: WorkerProcess;
  readonly shard: ShardCalls;
}

/** Keeps one worker running: whatever ends its process, another takes its place. */
export class WorkerSlot implements ShardSlot {
  readonly name: string;
  readonly #parts: WorkerSlotParts;
  readonly #counted = new MetricHistory();
  readonly #passed = new FlowHistory();
  readonly #ending = new AbortController();
  #configure: (shard: ShardCalls) => Promise<void> = async () => {};
  #backoff = new Backoff(restart);
  #steady: Timer | undefined;
  #watching: Timer | undefined;
  #process: WorkerProcess | undefined;
  #running: ShardCalls | undefined;
  #problem: string | undefined = "it has not been started";
  #problemSinceMs: number;
  #restarts = 0;

  constructor(parts: WorkerSlotParts) {
    this.#parts = parts;
    this.name = `worker ${parts.index}`;
    this.#problemSinceMs = parts.clock.wall();
  }

  get running(): ShardCalls | undefined {
    return this.#running;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  get problemSinceMs(): number {
    return this.#problemSinceMs;
  }

  async open(configure: (shard: ShardCalls) => Promise<void>): Promise<void> {
    this.#configure = configure;
    const { shard, process } = await this.#launch();
    this.#use({ shard, process });
  }

  renew(reason: string): void {
    this.#parts.log.error("worker can't stay", { worker: this.#parts.index, reason });
    this.#process?.kill();
  }

  async metrics(): Promise<MetricFamily[]> {
    const shards = await this.#ask(
      async (shard) => this.#counted.note(await shard.metrics()),
      () => this.#counted.known,
    );
    return [...shards, ...workerFamilies(this.#running !== undefined, this.#restarts)];
  }

  readMetrics(names: readonly string[]): Promise<MetricFamily[]> {
    return this.#ask(
      async (shard) => this.#counted.noteSome(await shard.readMetrics(names), names),
      () => this.#counted.knownOf(names),
    );
  }

  flow(): Promise<ShardFlow> {
    return this.#ask(
      async (shard) => {
        const flow = await shard.flow();
        this.#counted.forgetAllBut(new Set(flow.components.map(({ id }) => id)));
        return this.#passed.note(flow);
      },
      () => this.#passed.known,
    );
  }

  async stop(graceMs?: number): Promise<void> {
    this.#ending.abort();
    this.#steady?.cancel();
    const process = this.#process;
    if (process === undefined) return;
    try {
      await this.#running?.stop(graceMs);
    } catch (thrown) {
      // It has ended before it had finished; whoever waits for the end has it.
      const reason = messageOf(thrown);
      this.#parts.log.warn("worker did not stop as it should", { worker: this.#parts.index, reason });
    }
    process.letGo();
    const timer = this.#parts.clock.schedule(exitMs, () => process.kill());
    await process.ended;
    timer.cancel();
    this.#watching?.cancel();
  }

  /** @throws CodedError where the process ends, or says nothing, before it can be called. */
  async #launch(): Promise<Running> {
    const { spawn, settings, clock } = this.#parts;
    const process = spawn();
    this.#process = process;
    void process.ended.then((how) => this.#noteEnd(process, how));
    const ready = new Promise<"ready">((resolve) => {
      process.channel.onMessage((message) => {
        const told = v.safeParse(workerMessage, message);
        if (!told.success) process.kill();
        else if (told.output.type === "ready") resolve("ready");
        else process.channel.send({ type: "settings", settings: settings() });
      });
    });
    const waiting = new AbortController();
    const tooLate = sleep(clock, readyMs, waiting.signal).then(() => "it says nothing");
    const first = await Promise.race([ready, process.ended, tooLate]);
    waiting.abort();
    if (first === "ready") {
      return { process, shard: connectShard(process.channel, clock, (reason) => this.renew(reason)) };
    }
    process.kill();
    throw new CodedError("unavailable", `${this.name} can't be started: ${first}`);
  }

  #use({ process, shard }: Running): void {
    this.#running = shard;
    this.#problem = undefined;
    this.#steady = this.#parts.clock.schedule(steadyMs, () => {
      this.#backoff = new Backoff(restart);
    });
    this.#watch(process, shard, 0);
  }

  // The process may be there and do nothing any more, which nobody would notice but its senders.
  #watch(process: WorkerProcess, shard: ShardCalls, missesBefore: number): void {
    this.#watching = this.#parts.clock.schedule(lookEveryMs, async () => {
      const isAlive = await shard.health().then(
        () => true,
        () => false,
      );
      if (this.#running !== shard) return;
      const misses = isAlive ? 0 : missesBefore + 1;
      if (misses > maxMisses) process.kill();
      else this.#watch(process, shard, misses);
    });
  }

  #noteEnd(process: WorkerProcess, how: string): void {
    const wasRunning = this.#running !== undefined && this.#process === process;
    // Else whoever was about to use it sees the end, too.
    if (!wasRunning) return;
    this.#steady?.cancel();
    this.#watching?.cancel();
    this.#running = undefined;
    this.#counted.end();
    this.#passed.end();
    if (this.#ending.signal.aborted) return;
    this.#problem = `ended: ${how}`;
    this.#problemSinceMs = this.#parts.clock.wall();
    void this.#replace(process.pid, how);
  }

  /** Starts one process after another until one stays. */
  async #replace(pid: number, how: string): Promise<void> {
    const { clock, log, index } = this.#parts;
    let fields: Readonly<Record<string, unknown>> = { pid, reason: how };
    while (!this.#ending.signal.aborted) {
      const waitMs = Math.round(this.#backoff.next());
      log.error("worker ended, another takes its place", { worker: index, ...fields, wait_ms: waitMs });
      if (!(await sleep(clock, waitMs, this.#ending.signal))) return;
      this.#restarts += 1;
      try {
        const running = await this.#launch();
        await this.#configure(running.shard);
        this.#use(running);
        log.info("worker is up again", { worker: index, pid: running.process.pid });
        return;
      } catch (thrown) {
        const process = this.#process;
        process?.kill();
        // It may still have the port, and the files.
        await process?.ended;
        fields = { pid: process?.pid, reason: messageOf(thrown) };
        this.#problem = `can't be replaced: ${messageOf(thrown)}`;
      }
    }
  }

  /** Asks the shard that runs, or tells what is known where it can't be asked. */
  async #ask<Answer>(ask: (shard: ShardCalls) => Promise<Answer>, known: () => Answer): Promise<Answer> {
    try {
      if (this.#running !== undefined) return await ask(this.#running);
    } catch (thrown) {
      // It has ended meanwhile, or is about to be ended: until another counts, what is known stays.
      if (!(thrown instanceof CodedError)) throw thrown;
    }
    return known();
  }
}

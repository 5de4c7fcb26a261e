import { type Clock, sleep } from "../../base/clock.ts";
import { EarliestTimer } from "../../base/earliest_timer.ts";
import type { ProfileSize } from "../../profile/profile.ts";
import type { Endpoint } from "../endpoint.ts";
import { noPatience } from "../patience.ts";
import type { EndpointArguments } from "../schema.ts";
import { type Asking, DeliveryGate } from "./delivery_gate.ts";
import { FailedBatches } from "./failed_batches.ts";
import { HeadStart } from "./head_start.ts";
import { LiveProfiles } from "./live_profiles.ts";
import type { PumpMetrics } from "./metrics.ts";
import { joinPush, maxBatchProfiles } from "./push_batch.ts";
import { liveForMs, QueueBacklog } from "./queue_backlog.ts";
import type { Leased, QueueStore, Settlement } from "./queue_store.ts";
import { giveBack } from "./queue_verdict.ts";
import { queuedOutgoing } from "./queued_outgoing.ts";
import type { QueueArguments } from "./schema.ts";

/**
 * The backlog begins at some moment of this many of the shortest waits, so that instances that start together do not
 * at once.
 */
const startSpread = 2;

/** How often the end of a drain is looked for, in milliseconds. */
const drainLookMs = 20;

/** What a pump works with. */
export interface QueuePumpParts {
  readonly queue: string;
  readonly store: QueueStore;
  readonly endpoint: Endpoint;
  readonly args: EndpointArguments;
  readonly queueArgs: QueueArguments;
  readonly clock: Clock;
  /** By which profiles age, in milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly metrics: PumpMetrics;
  /** Told of each profile that the destination refused for good. */
  readonly onRefused: (size: ProfileSize) => void;
  readonly random?: () => number;
}

/** Sends what is queued for one endpoint: what comes just now first, the backlog in what remains. */
export class QueuePump {
  readonly #parts: QueuePumpParts;
  readonly #gate: DeliveryGate;
  readonly #ending = new AbortController();
  readonly #live = new LiveProfiles();
  readonly #headStart = new HeadStart();
  readonly #backlog: QueueBacklog;
  readonly #failures: FailedBatches;
  #active = 0;
  #activeBacklog = 0;
  #isRunning = false;
  #isHurrying = false;
  /** When a profile last came, on the monotonic clock. */
  #arrivedAt = Number.NEGATIVE_INFINITY;
  readonly #later: EarliestTimer;
  #onIdle: (() => void) | undefined;

  constructor(parts: QueuePumpParts) {
    this.#parts = parts;
    const { clock } = parts;
    const { min_backoff_period: minMs, max_backoff_period: maxMs } = parts.args;
    this.#later = new EarliestTimer(clock, () => this.pump());
    const onRead = () => (this.#isRunning ? this.pump() : this.retire());
    this.#backlog = new QueueBacklog({ ...parts, onRead });
    const onChance = () => {
      this.#backlog.wake();
      this.pump();
    };
    this.#gate = new DeliveryGate({ clock, minMs, maxMs, onChance });
    this.#failures = new FailedBatches({
      ...parts,
      gate: this.#gate,
      settle: (settlements) => this.#settle(settlements),
      slowDown: () => this.#backlog.slowDown(),
      giveBackWaiting: () => this.#giveBackWaiting(),
    });
  }

  /** Why nothing is delivered until somebody mends it; undefined where that is not so. */
  get pause(): string | undefined {
    return this.#gate.pause;
  }

  /** Bytes a second that the backlog may be sent with at present. */
  get drainRate(): number {
    return this.#backlog.bytesPerSecond;
  }

  /** Begins to send. */
  start(): void {
    const { args, random = Math.random } = this.#parts;
    this.#isRunning = true;
    this.#backlog.beginIn(random() * startSpread * args.min_backoff_period);
    this.pump();
  }

  /** Credentials or certificates have changed: a destination that refused them may take them now. */
  renew(): void {
    this.#gate.renew();
  }

  /**
   * How long a profile that comes just now may be under way before it is stored, in milliseconds; 0 where it must wait
   * for its turn or is not likely to arrive in time, undefined where it would not be sent at all.
   */
  headStart(bytes: number): number | undefined {
    if (!this.#isRunning) return undefined;
    this.#arrivedAt = this.#parts.clock.now();
    if (!this.#gate.admits("live")) {
      this.#later.callIn(this.#gate.liveWaitMs);
      return undefined;
    }
    if (!this.#live.hasRoom(bytes)) return undefined;
    const isFree = this.#live.isEmpty && this.#active < this.#parts.args.max_in_flight;
    return isFree && this.#gate.isOpen ? this.#headStart.ms : 0;
  }

  /** Sends a profile that comes just now. */
  add(leased: Leased): void {
    if (!this.#isRunning) {
      this.#settle(giveBack([leased], false));
      return;
    }
    this.#live.add(leased);
    this.pump();
  }

  /** Sends whatever may be sent now. */
  pump(): void {
    if (!this.#isRunning) return;
    this.#settle(
      this.#backlog.takeExpired().map(({ lease }) => ({ type: "dropped", lease, reason: "expired" })),
    );
    while (this.#active < this.#parts.args.max_in_flight) {
      const live = this.#takeLive();
      const batch = live ?? this.#takeBacklog();
      if (batch === undefined) break;
      void this.#send(batch, live === undefined);
    }
    if (!this.#gate.admits(this.#asking())) return;
    const waitMs = this.#backlog.refill(!this.#gate.isOpen);
    if (waitMs > 0) this.#later.callIn(waitMs);
  }

  /** Gives back everything that is not under way, and sends no more: somebody else goes on. */
  retire(): void {
    this.#isRunning = false;
    this.#later.cancel();
    this.#gate.stop();
    this.#giveBackWaiting();
  }

  /** Sends as fast as it goes until nothing is left, at most for so long. */
  async drain(graceMs: number): Promise<void> {
    const { clock, store, queue } = this.#parts;
    this.#isHurrying = true;
    this.#backlog.hurry();
    const endsAt = clock.now() + graceMs;
    const hasHope = () => this.pause === undefined && clock.now() < endsAt;
    while ((store.stats(queue)?.profiles ?? 0) > 0 && hasHope()) {
      this.pump();
      await sleep(clock, Math.min(drainLookMs, endsAt - clock.now()));
    }
  }

  /** Ends: what is under way has so long to finish. */
  async stop(graceMs: number): Promise<void> {
    this.retire();
    if (this.#active === 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.#parts.clock.schedule(graceMs, () => this.#ending.abort());
      this.#onIdle = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  /**
   * Waits, after `stop`, until what the store was asked for before is given back too; false where the store took longer
   * than `graceMs`, in milliseconds.
   */
  hasGivenBack(graceMs: number): Promise<boolean> {
    return this.#backlog.hasRead(graceMs);
  }

  #takeLive(): Leased[] | undefined {
    if (this.#live.isEmpty || !this.#gate.admits("live")) return undefined;
    return this.#live.take(this.#batchSize());
  }

  #takeBacklog(): Leased[] | undefined {
    const { waitMs } = this.#backlog;
    if (waitMs === undefined || !this.#gate.admits(this.#asking())) return undefined;
    if (!this.#isHurrying && this.#activeBacklog >= this.#parts.queueArgs.concurrency) return undefined;
    if (waitMs === 0) return this.#backlog.take(this.#batchSize());
    this.#later.callIn(waitMs);
    return undefined;
  }

  // What only finds out whether the destination is back should cost little.
  #batchSize(): number {
    return this.#gate.isOpen ? maxBatchProfiles : 1;
  }

  // As long as profiles come, one of them would find out soon whether the destination is back: so may any other.
  #asking(): Asking {
    const isBusy = this.#parts.clock.now() - this.#arrivedAt < liveForMs;
    return this.#isHurrying || isBusy ? "live" : "backlog";
  }

  async #send(batch: readonly Leased[], isBacklog: boolean): Promise<void> {
    const { clock, args, endpoint, metrics } = this.#parts;
    this.#active += 1;
    if (isBacklog) this.#activeBacklog += 1;
    const attempt = this.#gate.begin();
    // A place among the requests under way may take as long to get as the attempt itself.
    const time = { deadlineAt: clock.now() + 2 * args.remote_timeout, canceled: this.#ending.signal };
    const profile = joinPush(batch.map((one) => one.profile));
    const [failure] = await endpoint.deliver(queuedOutgoing(profile, time), noPatience);
    this.#active -= 1;
    if (isBacklog) this.#activeBacklog -= 1;
    if (failure === undefined) {
      if (!isBacklog) this.#headStart.note(clock.now() - attempt.startedAt);
      metrics.delivered(batch.length);
      this.#settle(batch.map(({ lease }) => ({ type: "delivered", lease })));
      this.#gate.succeed();
    } else {
      this.#failures.take({ batch, profile, failure, attempt });
    }
    if (this.#active === 0) this.#onIdle?.();
    this.pump();
    if (this.#isRunning && !this.#gate.isOpen && this.#asking() === "live")
      this.#later.callIn(this.#gate.liveWaitMs);
  }

  #giveBackWaiting(): void {
    this.#settle(giveBack([...this.#live.takeAll(), ...this.#backlog.takeAll()], false));
  }

  #settle(settlements: readonly Settlement[]): void {
    if (settlements.length > 0) this.#parts.store.settle(this.#parts.queue, settlements);
  }
}

import { type Clock, sleep } from "../../../base/clock.ts";
import { CodedError } from "../../../base/failure.ts";
import { ArrivingProfile, endingOf } from "../arriving_profile.ts";
import type {
  Appended,
  Arrival,
  ClaimSize,
  DeadLetterStore,
  DropReason,
  Leased,
  QueuedProfile,
  QueueLimits,
  QueueObserver,
  QueueStats,
  QueueStore,
  Settlement,
} from "../queue_store.ts";
import { moveProfiles } from "../store_transfer.ts";
import { NatsLink, type NatsUp } from "./nats_link.ts";
import type { NatsSettings } from "./nats_settings.ts";
import { SharedArrivals } from "./shared_arrivals.ts";
import { SharedLetterStore } from "./shared_letter_store.ts";
import { sharedNames } from "./shared_names.ts";
import { SharedQueue, uniqueName } from "./shared_queue.ts";
import { orMissing } from "./shared_streams.ts";
import { SharedUpkeep } from "./shared_upkeep.ts";

/** How long the end waits for what is being written, in milliseconds. */
const closeMs = 2000;

/** What a store works with. */
export interface JetStreamStoreParts {
  readonly clock: Clock;
  /** By which profiles age, in milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Told of messages in a queue's stream that pyroduct has not written. */
  readonly onUnreadable: (queue: string, seq: number) => void;
}

/** Queues in NATS JetStream, which instances share: whatever one accepted any other may deliver. */
export class JetStreamStore implements QueueStore {
  readonly isLasting = true;
  readonly #parts: JetStreamStoreParts;
  readonly #link: NatsLink;
  readonly #queues = new Map<string, SharedQueue>();
  readonly #observers: QueueObserver[] = [];
  readonly #instance = uniqueName();
  readonly #writing = new Set<Promise<void>>();
  readonly #arrivals: SharedArrivals;
  readonly #upkeep: SharedUpkeep;
  #settings: NatsSettings;

  constructor(settings: NatsSettings, parts: JetStreamStoreParts) {
    this.#parts = parts;
    this.#settings = settings;
    this.#link = new NatsLink({ name: "pyroduct", clock: parts.clock, onUp: () => this.#upkeep.renew() });
    this.#upkeep = new SharedUpkeep({
      clock: parts.clock,
      link: this.#link,
      stream: () => this.#settings.stream,
      queues: () => this.#queues.values(),
      onFound: (queue) => void this.#queueFor(queue),
    });
    this.#arrivals = new SharedArrivals({
      clock: parts.clock,
      appendsTo: (queue) => this.#queueFor(queue).appends,
      settle: (queue, settlement) => this.#settle(queue, settlement),
      onStored: ({ queue, isSent }, ms) => {
        for (const observer of this.#observers) observer.committed(ms);
        if (!isSent) this.#tellWaiting(queue);
      },
    });
  }

  /** Begins to connect; nobody waits for that. */
  open(): void {
    this.#link.use(this.#settings);
    this.#upkeep.start();
  }

  /** Takes other settings, of the same stream. */
  use(settings: NatsSettings): void {
    const isOther = settings.replicas !== this.#settings.replicas;
    this.#settings = settings;
    if (isOther) for (const queue of this.#queues.values()) queue.forget();
    this.#link.use(settings);
  }

  get problem(): string | undefined {
    if (this.#link.problem !== undefined) return this.#link.problem;
    return [...this.#queues.values()].map(({ problem }) => problem).find((problem) => problem !== undefined);
  }

  observe(observer: QueueObserver): void {
    this.#observers.push(observer);
  }

  queues(): readonly string[] {
    return [...this.#queues.keys()];
  }

  stats(queue: string): QueueStats | undefined {
    return this.#queues.get(queue)?.stats.current;
  }

  // Where the server is away nothing waits for it: it may be so for long.
  async configure(queue: string, limits: QueueLimits | undefined): Promise<void> {
    const shared = this.#queueFor(queue);
    shared.configure(limits);
    if (limits !== undefined) await shared.ensure();
  }

  append(queue: string, profile: QueuedProfile): Promise<Appended> {
    return this.#arrivals.append(queue, profile);
  }

  admit(queue: string, profile: QueuedProfile, headStartMs: number): Arrival {
    return this.#arrivals.admit(queue, profile, headStartMs);
  }

  async claim(queue: string, want: ClaimSize): Promise<readonly Leased[]> {
    try {
      return (await this.#queues.get(queue)?.claims.claim(want)) ?? [];
    } catch {
      // The connection broke, as the health says: what was handed out will be again.
      return [];
    }
  }

  settle(queue: string, settlements: readonly Settlement[]): void {
    for (const settlement of settlements) {
      const { lease } = settlement;
      if (lease instanceof ArrivingProfile) this.#arrivals.end(lease, endingOf(settlement));
      else this.#settle(queue, settlement);
    }
  }

  readonly deadLetters: DeadLetterStore = new SharedLetterStore({
    queue: (name) => this.#queues.get(name),
    up: () => this.#mustBeUp(),
    resend: async (to, profile) => (await this.append(to, profile)).type === "stored",
    now: () => this.#parts.now(),
  });

  async move(queue: string, to: string): Promise<number> {
    this.#mustBeUp();
    const profiles = await moveProfiles(this, queue, this, to);
    return profiles + (await this.deadLetters.resend(queue, undefined, to));
  }

  async remove(queue: string): Promise<number> {
    const shared = this.#queues.get(queue);
    if (shared === undefined) return 0;
    const up = this.#mustBeUp();
    const { streams } = up.manager;
    const { stream, dead } = shared.parts.names;
    const [waiting, letters] = await Promise.all([
      orMissing(streams.info(stream)),
      orMissing(streams.info(dead)),
    ]);
    if (waiting !== undefined) await streams.delete(stream);
    if (letters !== undefined) await streams.delete(dead);
    await shared.bodies.destroy(up);
    shared.forget();
    const { messages = 0, bytes = 0 } = waiting?.state ?? {};
    if (messages > 0) this.#tellDropped(queue, "operator", messages, bytes);
    if (shared.limits === undefined) this.#queues.delete(queue);
    else await shared.tend(up);
    return messages + (letters?.state.messages ?? 0);
  }

  async close(): Promise<void> {
    this.#upkeep.stop();
    this.#arrivals.close();
    for (const queue of this.#queues.values()) for (const id of queue.leases.ids()) queue.giveBack(id, 0);
    await Promise.race([Promise.all(this.#writing), sleep(this.#parts.clock, closeMs)]);
    await this.#link.close();
  }

  #settle(queue: string, settlement: Settlement): void {
    const writing = this.#queues.get(queue)?.settle(settlement);
    if (writing === undefined) return;
    this.#writing.add(writing);
    void writing.then(() => this.#writing.delete(writing));
  }

  #queueFor(queue: string): SharedQueue {
    let shared = this.#queues.get(queue);
    if (shared === undefined) {
      const { clock, now, onUnreadable } = this.#parts;
      shared = new SharedQueue({
        queue,
        names: sharedNames(this.#settings.stream, queue),
        link: this.#link,
        instance: this.#instance,
        replicas: () => this.#settings.replicas,
        clock,
        now,
        onDropped: (reason, profiles, bytes) => this.#tellDropped(queue, reason, profiles, bytes),
        onUnreadable: (seq) => onUnreadable(queue, seq),
        onWaiting: () => this.#tellWaiting(queue),
      });
      this.#queues.set(queue, shared);
    }
    return shared;
  }

  #mustBeUp(): NatsUp {
    const { up, problem } = this.#link;
    if (up === undefined) throw new CodedError("unavailable", problem ?? "there is no connection");
    return up;
  }

  #tellDropped(queue: string, reason: DropReason, profiles: number, bytes: number): void {
    for (const observer of this.#observers) observer.dropped(queue, reason, profiles, bytes);
  }

  #tellWaiting(queue: string): void {
    for (const observer of this.#observers) observer.waiting(queue);
  }
}

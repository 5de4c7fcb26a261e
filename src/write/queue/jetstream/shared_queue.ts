import { nuid } from "@nats-io/transport-node";
import type { Clock } from "../../../base/clock.ts";
import { CodedError, messageOf } from "../../../base/failure.ts";
import type { DropReason, Lease, QueueLimits, Settlement } from "../queue_store.ts";
import { LargeBodies } from "./large_bodies.ts";
import type { NatsLink, NatsUp } from "./nats_link.ts";
import { encodeMessage } from "./profile_message.ts";
import { publishMessage } from "./publish_message.ts";
import { SharedAppends } from "./shared_appends.ts";
import { SharedClaims } from "./shared_claims.ts";
import { acknowledge, giveBack, type HeldProfile, SharedLeases } from "./shared_leases.ts";
import { SharedLetters } from "./shared_letters.ts";
import type { SharedNames } from "./shared_names.ts";
import { SharedStats } from "./shared_stats.ts";
import { deleteMessage, ensureStreams } from "./shared_streams.ts";
import { reclaimStranded } from "./stranded_profiles.ts";

/** A profile whose end could not be written down is tried again after so long, in milliseconds. */
const againMs = 5000;

/** What is looked at for its age at once. */
const expireSize = { maxProfiles: 256, maxBytes: 4 * 2 ** 20 };

/** What a shared queue works with. */
export interface SharedQueueParts {
  readonly queue: string;
  readonly names: SharedNames;
  readonly link: NatsLink;
  /** What this instance calls itself, the same for no other. */
  readonly instance: string;
  readonly replicas: () => number;
  readonly clock: Clock;
  /** By which profiles age, in milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly onDropped: (reason: DropReason, profiles: number, bytes: number) => void;
  /** Told of a message that nobody can use, by its number in the stream. */
  readonly onUnreadable: (seq: number) => void;
  /** Told that there may be something to claim. */
  readonly onWaiting: () => void;
}

/** One queue in JetStream, as one instance sees it. */
export class SharedQueue {
  readonly parts: SharedQueueParts;
  readonly stats = new SharedStats();
  readonly leases = new SharedLeases();
  readonly bodies: LargeBodies;
  readonly letters: SharedLetters;
  readonly appends: SharedAppends;
  readonly claims: SharedClaims;
  /** Profiles that are dealt with though the server could not be told. */
  readonly #unwritten = new Set<HeldProfile>();
  #limits: QueueLimits | undefined;
  #problem: string | undefined;
  #making: Promise<void> | undefined;
  #isMade = false;

  constructor(parts: SharedQueueParts) {
    this.parts = parts;
    this.bodies = new LargeBodies(parts.names.bucket);
    this.letters = new SharedLetters(parts.queue, parts.names, this.bodies);
    this.appends = new SharedAppends(this);
    this.claims = new SharedClaims(this);
  }

  /** Why nothing can be stored though there is a connection; undefined where it can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What it may hold; undefined where it has no endpoint here. */
  get limits(): QueueLimits | undefined {
    return this.#limits;
  }

  /** Takes other limits. */
  configure(limits: QueueLimits | undefined): void {
    this.#limits = limits;
    if (limits === undefined) this.#problem = undefined;
    this.forget();
  }

  /** What is known of the server holds no more. */
  forget(): void {
    this.#isMade = false;
    this.bodies.reset();
  }

  /**
   * Makes what is missing on the server; what goes wrong is the problem then. Never throws.
   *
   * @returns whether everything is there.
   */
  async ensure(): Promise<boolean> {
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined;
    });
    await this.#making;
    return this.#isMade;
  }

  /** Asks the server how the queue stands, and drops what is too old. @throws where it can't be asked. */
  async tend(up: NatsUp): Promise<void> {
    const { names, now, onWaiting } = this.parts;
    await this.ensure();
    if (!(await this.stats.look(up, names, this.bodies, this.leases))) this.forget();
    await this.#writeAgain(up);
    await reclaimStranded(this, up);
    const { waiting, oldestAt } = this.stats.current;
    if (oldestAt !== undefined && this.#limits !== undefined && oldestAt < now() - this.#limits.maxAgeMs)
      for (const { lease } of await this.claims.claim(expireSize)) this.giveBack(lease, 0);
    if (waiting > 0) onWaiting();
  }

  /** Ends a lease; see QueueStore. Never throws. */
  async settle(settlement: Settlement): Promise<void> {
    const held = this.leases.get(String(settlement.lease));
    if (held === undefined) return;
    try {
      await this.#settle(held, settlement);
    } catch {
      // Either it is dealt with, and only the server must learn of that, or it is tried again.
      if (this.leases.isDone(held.id)) this.#unwritten.add(held);
      else this.giveBack(held.id, againMs);
    }
  }

  /** Removes what is dealt with. @throws where the server can't be told. */
  async remove(held: HeldProfile, keepsBody = false): Promise<void> {
    this.leases.finish(held.id);
    this.stats.removed(held.bytes);
    const { link, names } = this.parts;
    const { up } = link;
    if (up === undefined) throw new CodedError("unavailable", "there is no connection");
    if (held.reply !== undefined) acknowledge(up.connection, held.reply);
    else await deleteMessage(up.manager, names.stream, held.seq);
    if (held.object !== undefined && !keepsBody) await this.bodies.remove(up, held.object);
  }

  /** Gives one back, to be handed out again after so many milliseconds. */
  giveBack(lease: Lease, delayMs: number): void {
    const held = this.leases.release(String(lease));
    if (held === undefined) return;
    this.stats.givenBack();
    const { up } = this.parts.link;
    if (up !== undefined && held.reply !== undefined) giveBack(up.connection, held.reply, delayMs);
  }

  async #settle(held: HeldProfile, settlement: Settlement): Promise<void> {
    switch (settlement.type) {
      case "retry":
        this.giveBack(settlement.lease, settlement.delayMs);
        if (settlement.delayMs === 0) this.parts.onWaiting();
        return;
      case "dropped":
        this.parts.onDropped(settlement.reason, 1, held.bytes);
        return this.remove(held);
      case "delivered":
        return this.remove(held);
      case "refused":
        return this.#bury(held, settlement.reason);
      case "split":
        for (const [index, part] of settlement.parts.entries()) {
          const { appended } = await this.appends.append(part, false, `${held.id}.${index}`);
          if (appended.type !== "stored") throw new CodedError("unavailable", "there is no room");
        }
        await this.remove(held);
        this.parts.onWaiting();
    }
  }

  async #bury(held: HeldProfile, reason: string): Promise<void> {
    const { link, names, now, clock } = this.parts;
    const { profile, object } = held;
    const facts = { bodyBytes: profile.body.byteLength, object, refusedAt: now(), reason };
    const data = encodeMessage(profile, facts, object === undefined ? profile.body : new Uint8Array());
    const message = { stream: names.dead, subject: names.deadSubject, id: `dead-${held.id}`, data };
    const { type } = await publishMessage(link, message, clock);
    if (type === "full") throw new CodedError("resource_exhausted", "there is no room for dead letters");
    this.stats.letter(1, data.byteLength);
    await this.remove(held, true);
  }

  async #make(): Promise<void> {
    const { link, queue, names, replicas } = this.parts;
    const { up } = link;
    if (up === undefined || this.#limits === undefined || this.#isMade) return;
    try {
      await ensureStreams(up.manager, queue, names, this.#limits, replicas());
      this.#isMade = true;
      this.#problem = undefined;
    } catch (thrown) {
      this.#problem = `the stream ${names.stream} can't be used: ${messageOf(thrown)}`;
    }
  }

  async #writeAgain(up: NatsUp): Promise<void> {
    for (const held of this.#unwritten) {
      // What was handed out comes again, and is known then.
      if (held.reply === undefined) await deleteMessage(up.manager, this.parts.names.stream, held.seq);
      if (held.object !== undefined) await this.bodies.remove(up, held.object);
      this.#unwritten.delete(held);
    }
  }
}

/** A name for what is stored or for an instance, the same for no other. */
export function uniqueName(): string {
  return nuid.next();
}

import type { Clock, Timer } from "../base/clock.ts";
import { messageOf } from "../base/failure.ts";
import type { Logger } from "../telemetry/log.ts";
import { type OpenSocket, type SocketActivity, SocketTable } from "./socket_table.ts";

/** What connections may be and do; times in milliseconds, 0 for no limit. */
export interface ConnectionLimits {
  readonly maxConnections: number;
  /** How long a request's header may take, and how long a new connection may stay without one. */
  readonly readTimeoutMs: number;
  readonly maxAgeMs: number;
}

/** What the watch works with. */
export interface ConnectionWatchParts {
  readonly port: number;
  readonly limits: () => ConnectionLimits;
  /** The senders, as `address:port`, whose requests are being served. */
  readonly serving: () => ReadonlySet<string>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What is known of a connection. */
interface Watched {
  readonly socket: OpenSocket;
  readonly seenAt: number;
  /** The number of the last look at which it was there. */
  seenIn: number;
  /** Since when a header has been coming, or could have, that is not complete. */
  pendingSince: number | undefined;
  isAged: boolean;
}

/** A look at all connections is taken this often, and at most for this share of the time. */
const lookEveryMs = 250;
const largestShare = 0.02;

/**
 * Where nothing is at hand that a look could change, looks are this far apart: what is late by 5 seconds then is a
 * limit of 20 at least. Each one wakes code and memory that have gone cold, even where there is nothing to see.
 */
const calmLookEveryMs = 5000;

/** So many connections below the limit, it is not at hand. */
const calmRoom = 1000;

/** Times as long as this, in milliseconds, need not be kept to the tenth of a second. */
const calmMs = 20_000;

/** How long a header may take while there are more connections than may be, in milliseconds. */
const crowdedMs = 1000;

/** How long after an answer a client of HTTP/2 may still acknowledge it, which is not the beginning of a request. */
const trailingMs = 500;

/** The age at which a connection ends varies by this share, so that not all end at once. */
const ageJitter = 0.1;

/**
 * Keeps connections within their limits from outside, since Bun.serve neither counts connections nor bounds the
 * time that a header takes: Linux tells which there are and when they last moved data.
 */
export class ConnectionWatch {
  readonly #parts: ConnectionWatchParts;
  readonly #watched = new Map<number, Watched>();
  readonly #agedRemotes = new Set<string>();
  #table: SocketTable | undefined;
  #timer: Timer | undefined;
  /** How long the last look took, in milliseconds. */
  #tookMs = 0;
  #looks = 0;
  #isOn = false;

  constructor(parts: ConnectionWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#lookIn(lookEveryMs);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#isOn = false;
  }

  /** How many connections there are now; undefined where the system does not tell. */
  count(): number | undefined {
    if (!this.#isOn) return undefined;
    try {
      this.#table ??= new SocketTable();
      return this.#table.connections(this.#parts.port).length;
    } catch {
      // The next look says so in the log.
      return undefined;
    }
  }

  /** Whether a sender's connection has lived long enough, so that its next answer should close it. */
  isAged(remote: () => string): boolean {
    return this.#agedRemotes.size > 0 && this.#agedRemotes.has(remote());
  }

  #lookIn(delayMs: number): void {
    this.#timer = this.#parts.clock.schedule(delayMs, () => this.#look());
  }

  #look(): void {
    const { clock, log } = this.#parts;
    const startedAt = clock.now();
    try {
      this.#table ??= new SocketTable();
      const count = this.#lookNow(this.#table, startedAt);
      const tookMs = clock.now() - startedAt;
      // One that took long alone was held up by others, and says nothing of the next.
      this.#lookIn(this.#pauseMs(count, Math.min(tookMs, this.#tookMs)));
      this.#tookMs = tookMs;
    } catch (thrown) {
      this.#isOn = false;
      log.warn("connections can't be watched: no gauge, and conn_limit and slow headers are not bounded", {
        reason: messageOf(thrown),
      });
    }
  }

  #pauseMs(count: number, costMs: number): number {
    return Math.max(this.#isCalm(count) ? calmLookEveryMs : lookEveryMs, costMs / largestShare);
  }

  #isCalm(count: number): boolean {
    const { maxConnections, readTimeoutMs, maxAgeMs } = this.#parts.limits();
    const hasRoom = maxConnections === 0 || maxConnections - count >= calmRoom;
    return hasRoom && [readTimeoutMs, maxAgeMs].every((ms) => ms === 0 || ms >= calmMs);
  }

  /** @returns how many connections there are. */
  #lookNow(table: SocketTable, now: number): number {
    const connections = table.connections(this.#parts.port);
    this.#remember(connections, now);
    if (connections.length === 0) return 0;
    const idle = this.#readActivity(table, now);
    const ended = this.#endSlow(table, now, connections.length);
    this.#endExcess(table, connections.length - ended, idle);
    this.#noteAges(now);
    return connections.length;
  }

  #remember(connections: readonly OpenSocket[], now: number): void {
    this.#looks += 1;
    for (const socket of connections) {
      const known = this.#watched.get(socket.cookie);
      if (known !== undefined) {
        known.seenIn = this.#looks;
        continue;
      }
      const times = { seenAt: now, seenIn: this.#looks, pendingSince: now };
      this.#watched.set(socket.cookie, { socket, ...times, isAged: false });
    }
    if (this.#watched.size === connections.length) return;
    for (const [cookie, { socket, seenIn }] of this.#watched) {
      if (seenIn === this.#looks) continue;
      this.#watched.delete(cookie);
      this.#agedRemotes.delete(socket.remote);
    }
  }

  /** Notes which connections wait for the rest of a header; returns those that are idle, the longest idle first. */
  #readActivity(table: SocketTable, now: number): OpenSocket[] {
    const serving = this.#parts.serving();
    const idle: { socket: OpenSocket; sinceSentMs: number }[] = [];
    for (const watched of this.#watched.values()) {
      const activity = table.activity(watched.socket);
      if (activity === undefined) continue;
      if (serving.has(watched.socket.remote)) {
        watched.pendingSince = undefined;
      } else if (isAnswered(activity)) {
        watched.pendingSince = undefined;
        idle.push({ socket: watched.socket, sinceSentMs: activity.sinceSentMs });
      } else {
        watched.pendingSince ??= now - activity.sinceReceivedMs;
      }
    }
    return idle.sort((left, right) => right.sinceSentMs - left.sinceSentMs).map(({ socket }) => socket);
  }

  /** @returns how many were ended. */
  #endSlow(table: SocketTable, now: number, count: number): number {
    const { maxConnections, readTimeoutMs } = this.#parts.limits();
    if (readTimeoutMs === 0) return 0;
    const isCrowded = maxConnections > 0 && count > maxConnections;
    const longestMs = isCrowded ? Math.min(crowdedMs, readTimeoutMs) : readTimeoutMs;
    const late = [...this.#watched.values()].filter(({ pendingSince }) => {
      return pendingSince !== undefined && now - pendingSince > longestMs;
    });
    return late.filter(({ socket }) => table.end(socket)).length;
  }

  // Who waits for an answer keeps the connection; a request too many is answered 503 where it is served.
  #endExcess(table: SocketTable, count: number, idle: readonly OpenSocket[]): void {
    const { maxConnections } = this.#parts.limits();
    if (maxConnections === 0 || count <= maxConnections) return;
    for (const socket of idle.slice(0, count - maxConnections)) table.end(socket);
  }

  #noteAges(now: number): void {
    const { maxAgeMs } = this.#parts.limits();
    if (maxAgeMs === 0) return;
    for (const watched of this.#watched.values()) {
      if (watched.isAged || now - watched.seenAt < maxAgeMs * ageFactor(watched.socket)) continue;
      watched.isAged = true;
      this.#agedRemotes.add(watched.socket.remote);
    }
  }
}

/** Whether nothing has come in since the last answer but what a client of HTTP/2 says to that. */
function isAnswered({ hasSent, sinceSentMs, sinceReceivedMs }: SocketActivity): boolean {
  return hasSent && sinceSentMs - sinceReceivedMs <= trailingMs;
}

// From 0.9 to 1.1, the same at each look.
function ageFactor({ cookie }: OpenSocket): number {
  const spread = (((cookie % 201) * 7919) % 201) / 100 - 1;
  return 1 + ageJitter * spread;
}

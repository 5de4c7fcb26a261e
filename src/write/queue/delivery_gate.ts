import { Backoff } from "../../base/backoff.ts";
import type { Clock, Timer } from "../../base/clock.ts";

/** What a gate paces itself by, in milliseconds. */
export interface DeliveryGateParts {
  readonly clock: Clock;
  readonly minMs: number;
  readonly maxMs: number;
  /** Called when the gate may let through what it did not before. */
  readonly onChance: () => void;
}

/** What asks to be sent: a profile that came just now, or one that has waited. */
export type Asking = "live" | "backlog";

/** A request that a gate let through. */
export interface GateAttempt {
  /** On the monotonic clock, in milliseconds. */
  readonly startedAt: number;
  /** Whether it finds out whether the destination is back. */
  readonly isProbe: boolean;
  /** How often credentials had changed when it began. */
  readonly renewals: number;
}

/**
 * Whether a destination is sent anything at present. After a failure one request at a time finds out whether it is
 * back: what waits at rising intervals, what comes just now at the shortest one. Any success opens it.
 */
export class DeliveryGate {
  readonly #parts: DeliveryGateParts;
  #backoff: Backoff;
  #isOpen = true;
  #isProbing = false;
  /** When the backlog may try; when anything may. */
  #backlogAt = 0;
  #anythingAt = 0;
  #triedAt = Number.NEGATIVE_INFINITY;
  #succeededAt = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #pause: string | undefined;
  #renewals = 0;

  constructor(parts: DeliveryGateParts) {
    this.#parts = parts;
    this.#backoff = this.#newBackoff();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Why nothing can be delivered until somebody mends it; undefined where that is not so. */
  get pause(): string | undefined {
    return this.#pause;
  }

  /** Whether a request may go out now. */
  admits(asking: Asking): boolean {
    if (this.#isOpen) return true;
    const now = this.#parts.clock.now();
    if (this.#isProbing || now < this.#anythingAt) return false;
    return asking === "live" ? now >= this.#triedAt + this.#parts.minMs : now >= this.#backlogAt;
  }

  /** How long until what comes just now may find out whether the destination is back, in milliseconds. */
  get liveWaitMs(): number {
    if (this.#isOpen) return 0;
    const dueAt = Math.max(this.#anythingAt, this.#triedAt + this.#parts.minMs);
    return Math.max(0, dueAt - this.#parts.clock.now());
  }

  /** Notes that a request goes out. */
  begin(): GateAttempt {
    const isProbe = !this.#isOpen;
    this.#isProbing ||= isProbe;
    this.#triedAt = this.#parts.clock.now();
    return { startedAt: this.#triedAt, isProbe, renewals: this.#renewals };
  }

  /** The destination has answered a request as it should. */
  succeed(): void {
    this.#succeededAt = this.#parts.clock.now();
    if (this.#isOpen) return;
    this.#open();
    this.#backoff = this.#newBackoff();
  }

  /**
   * A request has failed, and might not have.
   *
   * @param retryAfterMs what the destination asks to wait.
   * @returns whether the destination is to blame rather than this one request.
   */
  fail(attempt: GateAttempt, retryAfterMs: number | undefined): boolean {
    const { startedAt, isProbe } = attempt;
    this.abandon(attempt);
    const now = this.#parts.clock.now();
    if (retryAfterMs !== undefined) this.#anythingAt = Math.max(this.#anythingAt, now + retryAfterMs);
    // Others got through while this one was under way.
    if (retryAfterMs === undefined && this.#isOpen && this.#succeededAt >= startedAt) return false;
    const isNews = this.#isOpen || (isProbe && startedAt >= this.#backlogAt);
    this.#isOpen = false;
    if (isNews) this.#backlogAt = now + this.#backoff.next();
    this.#wake(Math.max(this.#backlogAt, this.#anythingAt) - now);
    return true;
  }

  /**
   * The destination refuses whoever sends: nothing goes out until the longest wait is over, or `renew`. Says nothing where
   * credentials have changed since the request began.
   */
  refuse(attempt: GateAttempt, reason: string): void {
    const now = this.#parts.clock.now();
    this.abandon(attempt);
    // Those that it came with are not in use any more.
    if (attempt.renewals !== this.#renewals) return;
    this.#isOpen = false;
    this.#pause = reason;
    this.#anythingAt = now + this.#parts.maxMs;
    this.#backlogAt = this.#anythingAt;
    this.#wake(this.#parts.maxMs);
  }

  /** A request ended and said nothing about the destination. */
  abandon({ isProbe }: GateAttempt): void {
    if (isProbe) this.#isProbing = false;
  }

  /** Credentials have changed: the destination may think otherwise now. */
  renew(): void {
    this.#renewals += 1;
    if (this.#isOpen) return;
    this.#anythingAt = 0;
    this.#backlogAt = 0;
    this.#triedAt = Number.NEGATIVE_INFINITY;
    this.#parts.onChance();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #open(): void {
    this.#isOpen = true;
    this.#isProbing = false;
    this.#pause = undefined;
    this.#anythingAt = 0;
    this.#timer?.cancel();
    this.#parts.onChance();
  }

  // A timer may fire a fraction of a millisecond too early.
  #wake(afterMs: number): void {
    const { clock, onChance } = this.#parts;
    const dueAt = clock.now() + afterMs;
    this.#timer?.cancel();
    this.#timer = clock.schedule(Math.max(0, Math.ceil(afterMs)), () => {
      const leftMs = dueAt - clock.now();
      if (leftMs > 0) this.#wake(leftMs);
      else onChance();
    });
  }

  #newBackoff(): Backoff {
    const { minMs, maxMs } = this.#parts;
    return new Backoff({ minMs, maxMs });
  }
}

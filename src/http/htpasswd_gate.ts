import { availableParallelism } from "node:os";
import { type Clock, systemClock } from "../base/clock.ts";
import { Slots } from "../base/slots.ts";

/** Verifications at once: bcrypt takes a whole core, and one must stay for the profiles. */
const mostAtOnce = 2;

/** Verifications that may wait for their turn; at the usual cost of 10 that is some two seconds of work. */
const mostWaiting = 64;

/** How long one may wait, in milliseconds; senders wait for 10 seconds. */
const longestWaitMs = 5000;

/** bcrypt takes this many bytes of a password; what follows counts for nothing, as in htpasswd itself. */
const passwordBytes = 72;

/** Whether the hash is that of the password. */
export type VerifyPassword = (password: Uint8Array, hash: string) => Promise<boolean>;

/** Bounds what verifying passwords takes of the processor, so that a flood of guesses slows nothing else down. */
export class BcryptGate {
  readonly #slots: Slots;
  readonly #verify: VerifyPassword;
  #waiting = 0;

  /** @param verify bcrypt, unless a test watches it. */
  constructor(clock: Clock, verify: VerifyPassword = bcrypt) {
    this.#slots = new Slots(Math.max(1, Math.min(mostAtOnce, availableParallelism() - 1)), clock);
    this.#verify = verify;
  }

  /**
   * Whether the hash is that of the password.
   *
   * @returns undefined where too many verifications are waiting to know.
   */
  async verify(password: Uint8Array, hash: string): Promise<boolean | undefined> {
    if (this.#waiting >= mostWaiting) return undefined;
    this.#waiting += 1;
    const hasPlace = await this.#slots.take(longestWaitMs);
    this.#waiting -= 1;
    if (!hasPlace) return undefined;
    try {
      return await this.#verify(password.subarray(0, passwordBytes), hash);
    } finally {
      this.#slots.giveBack();
    }
  }
}

function bcrypt(password: Uint8Array, hash: string): Promise<boolean> {
  return Bun.password.verify(password, hash, "bcrypt");
}

/** The one gate of this process, for all its servers together. */
export const processBcryptGate = new BcryptGate(systemClock);

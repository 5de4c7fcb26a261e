import { CodedError } from "../../../base/failure.ts";
import type { DeadLetter, DeadLetterStore, QueuedProfile } from "../queue_store.ts";
import type { NatsUp } from "./nats_link.ts";
import type { FoundLetter } from "./shared_letters.ts";
import type { SharedQueue } from "./shared_queue.ts";

/** Dead letters that are moved or removed at once. */
const atOnce = 100;

/** What the dead letters of a store's queues need of it. */
export interface SharedLetterStoreParts {
  readonly queue: (name: string) => SharedQueue | undefined;
  /** The connection. @throws CodedError where there is none. */
  readonly up: () => NatsUp;
  /** Stores a profile; returns whether that was possible. */
  readonly resend: (to: string, profile: QueuedProfile) => Promise<boolean>;
  readonly now: () => number;
}

/** The dead letters of all queues of a store. */
export class SharedLetterStore implements DeadLetterStore {
  readonly #parts: SharedLetterStoreParts;

  constructor(parts: SharedLetterStoreParts) {
    this.#parts = parts;
  }

  async list(queue: string, limit: number): Promise<readonly DeadLetter[]> {
    const found = (await this.#parts.queue(queue)?.letters.list(this.#parts.up(), limit)) ?? [];
    return found.map(({ letter }) => letter);
  }

  async get(queue: string, id: string) {
    const letters = this.#parts.queue(queue)?.letters;
    const up = this.#parts.up();
    const found = await letters?.get(up, id);
    if (letters === undefined || found === undefined) return undefined;
    return { letter: found.letter, body: await letters.body(up, found) };
  }

  resend(queue: string, id: string | undefined, to: string): Promise<number> {
    return this.#each(queue, id, async (up, { letters }, found) => {
      const body = await letters.body(up, found);
      const profile = { ...found.message.head, body, acceptedAt: this.#parts.now() };
      if (!(await this.#parts.resend(to, profile)))
        throw new CodedError("unavailable", `${to} takes no more profiles`);
    });
  }

  remove(queue: string, id: string | undefined): Promise<number> {
    return this.#each(queue, id, async () => {});
  }

  /** Does something with one dead letter, or with all, and removes it then; returns how many. */
  async #each(
    queue: string,
    id: string | undefined,
    work: (up: NatsUp, shared: SharedQueue, found: FoundLetter) => Promise<void>,
  ): Promise<number> {
    const up = this.#parts.up();
    const shared = this.#parts.queue(queue);
    if (shared === undefined) return 0;
    const { letters, stats } = shared;
    for (let count = 0; ; ) {
      const one = id === undefined ? [] : [await letters.get(up, id)].filter((found) => found !== undefined);
      const found = id === undefined ? await letters.list(up, atOnce) : one;
      for (const letter of found) {
        await work(up, shared, letter);
        await letters.remove(up, letter);
        stats.letter(-1, letter.letter.bodyBytes);
      }
      count += found.length;
      if (found.length === 0 || id !== undefined) return count;
    }
  }
}

import { CodedError } from "../../../base/failure.ts";
import type { DeadLetter } from "../queue_store.ts";
import type { LargeBodies } from "./large_bodies.ts";
import type { NatsUp } from "./nats_link.ts";
import { decodeMessage, type ProfileMessage } from "./profile_message.ts";
import type { SharedNames } from "./shared_names.ts";
import { deleteMessage, orMissing } from "./shared_streams.ts";

/** A dead letter as it lies in its stream. */
export interface FoundLetter {
  readonly letter: DeadLetter;
  readonly message: ProfileMessage;
  readonly seq: number;
}

/** The dead letters of one shared queue. */
export class SharedLetters {
  readonly #queue: string;
  readonly #names: SharedNames;
  readonly #bodies: LargeBodies;

  constructor(queue: string, names: SharedNames, bodies: LargeBodies) {
    this.#queue = queue;
    this.#names = names;
    this.#bodies = bodies;
  }

  /** The newest first, at most `limit`. */
  async list(up: NatsUp, limit: number): Promise<FoundLetter[]> {
    const info = await orMissing(up.manager.streams.info(this.#names.dead));
    if (info === undefined || info.state.messages === 0) return [];
    const found: FoundLetter[] = [];
    const { first_seq, last_seq, messages } = info.state;
    let left = messages;
    for (let seq = last_seq; seq >= first_seq && found.length < limit && left > 0; seq -= 1) {
      const one = await this.#read(up, seq);
      if (one === "missing") continue;
      left -= 1;
      if (one !== "unreadable") found.push(one);
    }
    return found;
  }

  async get(up: NatsUp, id: string): Promise<FoundLetter | undefined> {
    const prefix = `${this.#names.token}-`;
    const seq = id.startsWith(prefix) ? Number(id.slice(prefix.length)) : Number.NaN;
    if (!Number.isSafeInteger(seq) || seq < 1) return undefined;
    const found = await this.#read(up, seq);
    return typeof found === "string" ? undefined : found;
  }

  /** A dead letter's body. */
  async body(up: NatsUp, { message }: FoundLetter): Promise<Uint8Array> {
    if (message.facts.object === undefined) return message.body;
    const body = await this.#bodies.get(up, message.facts.object);
    if (body === undefined) throw new CodedError("not_found", "the dead letter's body is not there any more");
    return body;
  }

  async remove(up: NatsUp, { message, seq }: FoundLetter): Promise<void> {
    await deleteMessage(up.manager, this.#names.dead, seq);
    if (message.facts.object !== undefined) await this.#bodies.remove(up, message.facts.object);
  }

  async #read(up: NatsUp, seq: number): Promise<FoundLetter | "missing" | "unreadable"> {
    const stored = await orMissing(up.manager.streams.getMessage(this.#names.dead, { seq }));
    if (stored === null || stored === undefined) return "missing";
    const message = decodeMessage(stored.data);
    if (message === undefined) return "unreadable";
    const { refusedAt, reason, bodyBytes } = message.facts;
    const letter: DeadLetter = {
      ...message.head,
      id: `${this.#names.token}-${seq}`,
      queue: this.#queue,
      refusedAt: refusedAt ?? stored.time.getTime(),
      reason: reason ?? "",
      bodyBytes,
    };
    return { letter, message, seq };
  }
}

import type { Clock, Timer } from "../base/clock.ts";
import { CodedError, messageOf } from "../base/failure.ts";
import { checkedMessage } from "./checked_message.ts";
import type { MessageChannel } from "./message_channel.ts";
import type { ShardCalls } from "./shard.ts";
import { type CallName, replyMessage, shardCalls } from "./shard_protocol.ts";

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: Timer | undefined;
}

/**
 * A shard at the other end of a channel. A call fails with `unavailable` where the channel closes before its answer
 * comes, and with `deadline_exceeded` where that takes too long.
 *
 * @param onDefect told, with the reason, that what comes is no reply at all.
 */
export function connectShard(
  channel: MessageChannel,
  clock: Clock,
  onDefect: (reason: string) => void,
): ShardCalls {
  const client = new ShardClient(channel, clock);
  channel.onMessage((message) => {
    try {
      client.receive(message);
    } catch (thrown) {
      onDefect(messageOf(thrown));
    }
  });
  const names = Object.keys(shardCalls) as CallName[];
  const calls = names.map((name) => [name, (...parameters: unknown[]) => client.call(name, parameters)]);
  // Each is made of what the schema of the same name says, which the compiler has held against the interface.
  return Object.fromEntries(calls) as ShardCalls;
}

class ShardClient {
  readonly #channel: MessageChannel;
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #closed: string | undefined;

  constructor(channel: MessageChannel, clock: Clock) {
    this.#channel = channel;
    this.#clock = clock;
    channel.onClose((reason) => {
      this.#closed = `the shard has ended: ${reason}`;
      for (const id of [...this.#pending.keys()]) this.#fail(id, new CodedError("unavailable", this.#closed));
    });
  }

  async call(name: CallName, parameters: readonly unknown[]): Promise<unknown> {
    if (this.#closed !== undefined) throw new CodedError("unavailable", this.#closed);
    const id = ++this.#lastId;
    const { boundMs, result } = shardCalls[name];
    const answered = new Promise<unknown>((resolve, reject) => {
      const tooLate = new CodedError("deadline_exceeded", `no answer to ${name} within ${boundMs} ms`);
      const timer =
        boundMs === undefined ? undefined : this.#clock.schedule(boundMs, () => this.#fail(id, tooLate));
      this.#pending.set(id, { resolve, reject, timer });
    });
    this.#channel.send({ type: "call", id, name, parameters });
    return checkedMessage(result, await answered, `the result of ${name}`);
  }

  /** @throws where the message is no reply. */
  receive(message: unknown): void {
    const reply = checkedMessage(replyMessage, message, "a reply");
    if (reply.type === "result") {
      this.#settle(reply.id)?.resolve(reply.result);
      return;
    }
    const { id, code, message: text } = reply;
    this.#fail(id, code === undefined ? new Error(text) : new CodedError(code, text));
  }

  #fail(id: number, error: Error): void {
    this.#settle(id)?.reject(error);
  }

  /** Who waits for this answer; nobody any more where it comes too late. */
  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.timer?.cancel();
    return pending;
  }
}

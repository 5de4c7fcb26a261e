import { CodedError, messageOf } from "../base/failure.ts";
import type { Logger } from "../telemetry/log.ts";
import { checkedMessage } from "./checked_message.ts";
import type { MessageChannel } from "./message_channel.ts";
import type { ShardCalls } from "./shard.ts";
import { type CallName, callMessage, shardCalls } from "./shard_protocol.ts";

/** Lets whoever is at the other end of a channel call a shard. */
export function serveShard(channel: MessageChannel, shard: ShardCalls, log: Logger): void {
  channel.onMessage((message) => {
    const { id, name, parameters } = checkedMessage(callMessage, message, "a call");
    void answer(shard, name, parameters).then(
      (result) => channel.send({ type: "result", id, result }),
      (thrown: unknown) => {
        if (thrown instanceof CodedError) {
          channel.send({ type: "failure", id, code: thrown.code, message: thrown.message });
          return;
        }
        const reason = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
        log.error("unexpected failure, please report it", { call: name, reason });
        channel.send({ type: "failure", id, message: messageOf(thrown) });
      },
    );
  });
}

async function answer(shard: ShardCalls, name: CallName, parameters: readonly unknown[]): Promise<unknown> {
  const checked = checkedMessage(shardCalls[name].parameters, parameters, `the parameters of ${name}`);
  const call = shard[name] as (...all: unknown[]) => Promise<unknown>;
  return await call.apply(shard, checked);
}

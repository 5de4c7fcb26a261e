import { JetStreamApiError } from "@nats-io/jetstream";
import { headers, type NatsConnection } from "@nats-io/transport-node";
import { type Clock, sleep } from "../../../base/clock.ts";
import { CodedError, messageOf } from "../../../base/failure.ts";
import { type NatsLink, requestTimeoutMs } from "./nats_link.ts";
import { isFull } from "./shared_streams.ts";

/** A message that was not stored is published again after so long, in milliseconds. */
const againMs = 100;

/** And not any more after so long: a cluster that lost a server has another leader by then. */
const giveUpMs = 10_000;

/** Subject, headers and what the object store adds, in bytes: generously. */
const marginBytes = 1024;

/** What is published. */
export interface OutgoingMessage {
  readonly stream: string;
  readonly subject: string;
  /** By which the server knows a message that it has already. */
  readonly id: string;
  readonly data: Uint8Array;
}

/** What became of it: its number in the stream, or that the stream has no room. */
export type Published = { readonly type: "stored"; readonly seq: number } | { readonly type: "full" };

/** Whether the server takes messages of this size. */
export function fits(connection: NatsConnection, bytes: number): boolean {
  return bytes + marginBytes <= (connection.info?.max_payload ?? 0);
}

/**
 * Publishes a message until the server says that it is stored, again where no answer came.
 *
 * @throws CodedError where it can't be stored, or nobody knows.
 */
export async function publishMessage(
  link: NatsLink,
  message: OutgoingMessage,
  clock: Clock,
): Promise<Published> {
  const endsAt = clock.now() + giveUpMs;
  for (;;) {
    const up = await link.soon();
    if (up === undefined) throw new CodedError("unavailable", link.problem ?? "there is no connection");
    try {
      const ack = await up.client.publish(message.subject, message.data, {
        msgID: message.id,
        timeout: requestTimeoutMs,
        headers: headers(),
        expect: { streamName: message.stream },
      });
      return { type: "stored", seq: ack.seq };
    } catch (thrown) {
      if (isFull(thrown)) return { type: "full" };
      const isFinal = thrown instanceof JetStreamApiError && thrown.status !== 503;
      if (isFinal || clock.now() >= endsAt) throw new CodedError("unavailable", messageOf(thrown));
      await sleep(clock, againMs);
    }
  }
}

import { createInbox, type Msg, type NatsConnection } from "@nats-io/transport-node";
import type { Clock } from "../../../base/clock.ts";
import type { ClaimSize } from "../queue_store.ts";
import { consumerName } from "./shared_streams.ts";

/** A server that says nothing for so long has no more, in milliseconds. */
const silenceMs = 2000;

/** What the server says at the end of what it has: https://docs.nats.io, `NATS JetStream consumer API`. */
const tooLargeStatus = 409;

/**
 * Takes messages that are due from a queue's stream: those that are there, without waiting for more. The client's own
 * `fetch` waits for a second at least.
 */
export async function pullMessages(
  connection: NatsConnection,
  stream: string,
  { maxProfiles, maxBytes }: ClaimSize,
  clock: Clock,
): Promise<Msg[]> {
  const one = { batch: 1, no_wait: true } as const;
  const request =
    maxProfiles === 1 ? one : { batch: maxProfiles, no_wait: true as const, max_bytes: maxBytes };
  const { messages, status } = await pull(connection, stream, request, clock);
  if (messages.length > 0 || status !== tooLargeStatus) return messages;
  // The next one alone is larger.
  return (await pull(connection, stream, one, clock)).messages;
}

interface Pulled {
  readonly messages: Msg[];
  /** How the server ended it; undefined where the batch was full, or nothing was heard. */
  readonly status: number | undefined;
}

async function pull(
  connection: NatsConnection,
  stream: string,
  request: { readonly batch: number; readonly no_wait: true; readonly max_bytes?: number },
  clock: Clock,
): Promise<Pulled> {
  const inbox = createInbox();
  const messages: Msg[] = [];
  let status: number | undefined;
  const subscription = connection.subscribe(inbox);
  let heardAt = clock.now();
  const end = () => {
    const leftMs = heardAt + silenceMs - clock.now();
    if (leftMs > 0) timer = clock.schedule(leftMs, end);
    else subscription.unsubscribe();
  };
  let timer = clock.schedule(silenceMs, end);
  connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumerName}`, JSON.stringify(request), {
    reply: inbox,
  });
  for await (const message of subscription) {
    heardAt = clock.now();
    const code = message.headers?.code ?? 0;
    if (code === 0) messages.push(message);
    else if (code !== 100) status = code;
    if (status !== undefined || messages.length >= request.batch) break;
  }
  timer.cancel();
  subscription.unsubscribe();
  return { messages, status };
}

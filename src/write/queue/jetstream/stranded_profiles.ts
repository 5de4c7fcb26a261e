import type { NatsUp } from "./nats_link.ts";
import { decodeMessage } from "./profile_message.ts";
import type { SharedQueue } from "./shared_queue.ts";
import { deleteMessage, orMissing } from "./shared_streams.ts";

/** How many are looked at in one go. */
const atOnce = 100;

/**
 * Deals with messages that the consumer has behind it, which nobody would be handed out any more: what this instance
 * has dealt with is removed, and all else is stored again, since nobody here knows whether it has arrived.
 *
 * @throws where the server can't be asked.
 */
export async function reclaimStranded(queue: SharedQueue, up: NatsUp): Promise<void> {
  const { stranded } = queue.stats;
  if (stranded === undefined) return;
  const { stream } = queue.parts.names;
  const last = Math.min(stranded.last, stranded.first + atOnce - 1);
  for (let seq = stranded.first; seq <= last; seq += 1) {
    const stored = await orMissing(up.manager.streams.getMessage(stream, { seq }));
    if (stored === undefined || stored === null) continue;
    const id = stored.header.get("Nats-Msg-Id");
    if (queue.leases.get(id) !== undefined) continue;
    const message = queue.leases.isDone(id) ? undefined : decodeMessage(stored.data);
    if (message !== undefined && !(await queue.appends.restore(message, `again-${id}`))) return;
    await deleteMessage(up.manager, stream, seq);
  }
}

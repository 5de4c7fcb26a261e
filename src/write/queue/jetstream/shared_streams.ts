import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import { CodedError } from "../../../base/failure.ts";
import type { QueueLimits } from "../queue_store.ts";
import { describeQueue, type SharedNames } from "./shared_names.ts";

/** The consumer that all instances take from together. */
export const consumerName = "pyroduct";

/** A profile whose instance says nothing for so long is another's, in milliseconds. */
export const ackWaitMs = 30_000;

/** Profiles that all instances together may hold at once. */
const maxAckPending = 10_000;

/** A message that is sent again within this time is known by its ID, in milliseconds. */
const duplicateWindowMs = 120_000;

/**
 * The server drops what is older than max_age by so much, in milliseconds. Instances drop it before, and count it: the
 * server does so only where none is there.
 */
const ageSlackMs = 60_000;

/** How long the server keeps a profile, in milliseconds. */
export function serverAgeMs({ maxAgeMs }: QueueLimits): number {
  return maxAgeMs + ageSlackMs;
}

/** What a server answers that has no leader, or no room. */
const unavailableStatus = 503;

/** Makes a queue's streams and consumer where they are missing, and changes what is set otherwise. */
export async function ensureStreams(
  manager: JetStreamManager,
  queue: string,
  names: SharedNames,
  limits: QueueLimits,
  replicas: number,
): Promise<void> {
  const ageMs = serverAgeMs(limits);
  await ensureStream(manager, {
    name: names.stream,
    subjects: [names.subject],
    description: describeQueue(queue),
    retention: RetentionPolicy.Workqueue,
    // Where on_full is drop_oldest, instances make room themselves, so that what is dropped is counted.
    discard: DiscardPolicy.New,
    max_bytes: limits.maxBytes,
    max_age: nanos(ageMs),
    duplicate_window: nanos(Math.min(duplicateWindowMs, ageMs)),
    storage: StorageType.File,
    num_replicas: replicas,
  });
  await ensureStream(manager, {
    name: names.dead,
    subjects: [names.deadSubject],
    description: `Profiles that were refused for good, of ${queue}`,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    max_bytes: limits.deadLetters.maxBytes,
    max_age: nanos(limits.deadLetters.maxAgeMs),
    duplicate_window: nanos(Math.min(duplicateWindowMs, limits.deadLetters.maxAgeMs)),
    storage: StorageType.File,
    num_replicas: replicas,
  });
  await ensureConsumer(manager, names.stream);
}

type Wanted = Partial<StreamConfig> & Pick<StreamConfig, "name" | "subjects" | "retention">;

async function ensureStream(manager: JetStreamManager, wanted: Wanted): Promise<void> {
  const found = await orMissing(manager.streams.info(wanted.name));
  if (found === undefined) {
    // Of instances that start together one is first; the same stream made twice is no error.
    await manager.streams.add(wanted);
    return;
  }
  const { config } = found;
  if (config.retention !== wanted.retention || String(config.subjects) !== String(wanted.subjects)) {
    throw new CodedError(
      "failed_precondition",
      `the stream ${wanted.name} exists and is something else: give another name as stream`,
    );
  }
  if (differs(config, wanted)) await manager.streams.update(wanted.name, wanted);
}

async function ensureConsumer(manager: JetStreamManager, stream: string): Promise<void> {
  const wanted: Partial<ConsumerConfig> & { durable_name: string } = {
    durable_name: consumerName,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: nanos(ackWaitMs),
    max_ack_pending: maxAckPending,
    max_deliver: -1,
  };
  const found = await orMissing(manager.consumers.info(stream, consumerName));
  if (found === undefined) await manager.consumers.add(stream, wanted);
  else if (differs(found.config, wanted)) await manager.consumers.update(stream, consumerName, wanted);
}

function differs(found: object, wanted: object): boolean {
  const values = new Map<string, unknown>(Object.entries(found));
  return Object.entries(wanted).some(([key, value]) => String(values.get(key)) !== String(value));
}

/** What was asked for; undefined where there is no such stream or consumer. */
export async function orMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  }
}

function isMissing(thrown: unknown): boolean {
  if (!(thrown instanceof JetStreamApiError)) return false;
  const codes: readonly number[] = [JetStreamApiCodes.StreamNotFound, JetStreamApiCodes.ConsumerNotFound];
  return codes.includes(thrown.code) || thrown.code === JetStreamApiCodes.NoMessageFound;
}

/** Removes a message; one that is not there any more is no error. */
export async function deleteMessage(manager: JetStreamManager, stream: string, seq: number): Promise<void> {
  try {
    await manager.streams.deleteMessage(stream, seq, false);
  } catch (thrown) {
    // The server has one code for all that it can't delete; without a leader it deletes nothing.
    if (!(thrown instanceof JetStreamApiError) || thrown.status === unavailableStatus) throw thrown;
  }
}

/** What the server says of a stream that has no room for a message. */
export function isFull(thrown: unknown): boolean {
  return thrown instanceof JetStreamApiError && /maximum (bytes|messages) exceeded/.test(thrown.message);
}

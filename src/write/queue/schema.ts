import * as v from "valibot";
import { type Share, shareOf } from "../../base/share.ts";
import {
  block,
  byteRate,
  byteSize,
  documented,
  duration,
  filledText,
  integer,
  list,
  oneOf,
  secretText,
} from "../../component/arguments.ts";
import { tlsConfig } from "../transport_schema.ts";
import type { QueueLimits } from "./queue_store.ts";

/** Where profiles wait: in the process, on this machine, or in a NATS JetStream that instances share. */
export const queueTypes = ["memory", "disk", "jetstream"] as const;

const deadLetters = block({
  max_bytes: documented(
    v.optional(byteSize(1), "256MiB"),
    "Bytes of dead letters kept; the oldest go first.",
  ),
  max_age: documented(v.optional(duration(1), "168h"), "How long a dead letter is kept."),
});

/** The `queue` block of an endpoint. */
export const queueSchema = block({
  type: documented(
    oneOf(queueTypes),
    "Where profiles wait: memory (lost with the process), disk (on stable storage, or delivered, before the sender hears success) or jetstream (shared by instances).",
  ),
  max_bytes: documented(
    v.optional(byteSize(1)),
    "Bytes of profiles that may wait; without it 64MiB in memory and 1GiB elsewhere.",
  ),
  max_age: documented(
    v.optional(duration(1), "1h"),
    "How long a profile may wait before it is dropped; Pyroscope refuses profiles older than an hour unless told otherwise.",
  ),
  on_full: documented(
    v.optional(oneOf(["reject", "drop_oldest"]), "reject"),
    "What happens to a profile that has no room: it is answered with 503, or the oldest ones make room.",
  ),
  concurrency: documented(
    v.optional(integer(1, 1024), 8),
    "Requests with backlog under way at once; what comes just now has max_in_flight.",
  ),
  drain_rate: documented(
    v.optional(byteRate(1), "2MB/s"),
    "Bytes a second that the backlog is sent with at most; halved when the destination says 429 or 503.",
  ),
  unhealthy_after: documented(
    v.optional(duration(1), "5m"),
    "Age of the oldest profile from which on the component is unhealthy.",
  ),
  dead_letters: documented(v.optional(deadLetters, {}), "Profiles that the destination refused for good."),
  servers: documented(
    v.optional(v.pipe(list(filledText()), v.minLength(1, "must name at least one server"))),
    "NATS servers; jetstream only, and required there.",
  ),
  stream: documented(v.optional(filledText()), "Name of the stream, pyroduct unless given; jetstream only."),
  replicas: documented(
    v.optional(integer(1, 5)),
    "Copies that the stream keeps, 1 unless given; jetstream only.",
  ),
  credentials_file: documented(
    v.optional(filledText()),
    "NATS credentials file, read again when it changes; jetstream only.",
  ),
  token: documented(v.optional(secretText()), "NATS token; jetstream only."),
  username: documented(v.optional(filledText()), "NATS user; jetstream only."),
  password: documented(v.optional(secretText()), "The NATS user's password; jetstream only."),
  tls_config: documented(v.optional(tlsConfig), "TLS towards the NATS servers; jetstream only."),
});

/** The arguments of a queue, with defaults filled in; durations in milliseconds, sizes in bytes. */
export type QueueArguments = v.InferOutput<typeof queueSchema>;

/** Keys that mean something for a shared queue alone. */
export const sharedQueueKeys = [
  "servers",
  "stream",
  "replicas",
  "credentials_file",
  "token",
  "username",
  "password",
  "tls_config",
] as const;

/** What a queue of each type holds where its arguments do not say. */
const defaultMaxBytes: Readonly<Record<QueueArguments["type"], number>> = {
  memory: 64 * 2 ** 20,
  disk: 2 ** 30,
  jetstream: 2 ** 30,
};

/** What a queue may hold. */
export function limitsOf({ type, max_bytes, max_age, on_full, dead_letters }: QueueArguments): QueueLimits {
  return {
    maxBytes: max_bytes ?? defaultMaxBytes[type],
    maxAgeMs: max_age,
    onFull: on_full,
    deadLetters: { maxBytes: dead_letters.max_bytes, maxAgeMs: dead_letters.max_age },
  };
}

/** The arguments of a queue for one of the workers that share what a configuration allows. */
export function queueShare(args: QueueArguments, share: Share): QueueArguments {
  const part = (total: number) => shareOf(total, share);
  const sending = { ...args, concurrency: part(args.concurrency), drain_rate: part(args.drain_rate) };
  // A stream is one, however many send from it, and so is that of its dead letters.
  if (args.type === "jetstream") return sending;
  return {
    ...sending,
    max_bytes: part(limitsOf(args).maxBytes),
    dead_letters: { ...args.dead_letters, max_bytes: part(args.dead_letters.max_bytes) },
  };
}

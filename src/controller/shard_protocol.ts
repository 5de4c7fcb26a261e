import * as v from "valibot";
import type { FailureCode } from "../base/failure.ts";
import { logLevels } from "../telemetry/log.ts";
import { aggregations } from "../telemetry/metric_family.ts";
import { liveAnswer, liveBody, liveQuery } from "./live_protocol.ts";
import type { ShardCalls } from "./shard.ts";

/**
 * What controller and shard say to one another, as it is checked where it comes in. The shapes are those of the
 * interfaces, and the compiler holds them against these.
 */

const nothing = v.tuple([]);
const none = v.undefined();
const texts = v.record(v.string(), v.string());
const address = v.object({ host: v.string(), port: v.number() });
const ports = v.record(v.string(), address);

const component = v.object({
  id: v.string(),
  type: v.string(),
  label: v.string(),
  source: v.record(v.string(), v.unknown()),
  forwardTo: v.array(v.string()),
});

const change = v.object({ components: v.array(component), ports, isFirst: v.boolean() });

const sample = v.object({ name: v.string(), labels: texts, value: v.number() });

const family = v.object({
  name: v.string(),
  help: v.string(),
  type: v.string(),
  aggregation: v.optional(v.picklist(aggregations)),
  samples: v.array(sample),
});

const pastHealth = v.object({
  state: v.picklist(["healthy", "unhealthy"]),
  message: v.string(),
  sinceMs: v.number(),
});

const health = v.object({ ...pastHealth.entries, history: v.optional(v.array(pastHealth)) });

const componentHealth = v.object({ id: v.string(), address: v.undefinedable(v.string()), health });

const recentLine = v.object({
  atMs: v.number(),
  level: v.picklist(["warn", "error"]),
  message: v.string(),
  fields: texts,
});

const queueStatus = v.object({
  type: v.picklist(["memory", "disk", "jetstream"]),
  profiles: v.number(),
  bytes: v.number(),
  oldestMs: v.optional(v.number()),
});

const endpointStatus = v.object({
  name: v.string(),
  url: v.string(),
  failing: v.optional(v.string()),
  queue: v.optional(queueStatus),
});

const componentFlow = v.object({
  ...componentHealth.entries,
  recent: v.array(recentLine),
  endpoints: v.array(endpointStatus),
});

const edge = v.object({ from: v.string(), to: v.string(), profiles: v.number(), bytes: v.number() });

const flow = v.object({ components: v.array(componentFlow), edges: v.array(edge) });

const storeLocation = v.object({ component_id: v.string(), path: v.string() });

const storedProfile = v.object({
  id: v.string(),
  component_id: v.string(),
  received_at: v.number(),
  from: v.nullable(v.number()),
  until: v.nullable(v.number()),
  kind: v.string(),
  format: v.string(),
  content_type: v.string(),
  content_encoding: v.string(),
  service_name: v.string(),
  labels: texts,
  bytes: v.number(),
});

const storedBody = v.object({ profile: storedProfile, body: v.instance(Uint8Array) });
const activity = v.object({ service_name: v.string(), profiles: v.number(), bytes: v.number() });

/** A queue as it is shown. */
export const queueInfo = v.object({
  id: v.string(),
  component_id: v.string(),
  endpoint: v.string(),
  type: v.string(),
  has_endpoint: v.boolean(),
  profiles: v.number(),
  bytes: v.number(),
  oldest_at: v.nullable(v.number()),
  dead_letters: v.number(),
  dead_letter_bytes: v.number(),
  drain_rate: v.nullable(v.number()),
  paused: v.nullable(v.string()),
});

/** A dead letter as it is shown. */
export const deadLetter = v.object({
  id: v.string(),
  queue: v.string(),
  accepted_at: v.number(),
  refused_at: v.number(),
  reason: v.string(),
  kind: v.string(),
  path: v.string(),
  content_type: v.string(),
  content_encoding: v.string(),
  bytes: v.number(),
});

const deadLetterBody = v.object({ letter: deadLetter, body: v.instance(Uint8Array) });

const queueOrder = v.variant("type", [
  v.object({ type: v.literal("resend_letters"), id: v.optional(v.string()), to: v.string() }),
  v.object({ type: v.literal("drop_letters"), id: v.optional(v.string()) }),
  v.object({ type: v.literal("move"), to: v.string() }),
  v.object({ type: v.literal("drop") }),
]);

/** The parameters and the result of each call of a shard. */
type CallSchemas = {
  readonly [Name in keyof ShardCalls]: {
    readonly parameters: v.GenericSchema<unknown, Parameters<ShardCalls[Name]>>;
    readonly result: v.GenericSchema<unknown, Awaited<ReturnType<ShardCalls[Name]>>>;
    /** How long the answer may take, in milliseconds; undefined where it takes as long as it takes. */
    readonly boundMs: number | undefined;
  };
};

/** What can be told from memory; half of what Prometheus gives a scrape where it is not told otherwise. */
const lookMs = 5000;

/** What may have to read much from a disk. */
const readMs = 30_000;

/** What starts components, each of which bounds itself. */
const changeMs = 60_000;

/** Every call that a shard takes. */
export const shardCalls: CallSchemas = {
  settle: { parameters: nothing, result: none, boundMs: lookMs },
  prepare: { parameters: v.tuple([change]), result: ports, boundMs: changeMs },
  commit: { parameters: nothing, result: none, boundMs: lookMs },
  rollback: { parameters: nothing, result: none, boundMs: changeMs },
  metrics: { parameters: nothing, result: v.array(family), boundMs: lookMs },
  readMetrics: { parameters: v.tuple([v.array(v.string())]), result: v.array(family), boundMs: lookMs },
  health: { parameters: nothing, result: v.array(componentHealth), boundMs: lookMs },
  flow: { parameters: nothing, result: flow, boundMs: lookMs },
  live: { parameters: v.tuple([liveQuery]), result: liveAnswer, boundMs: lookMs },
  liveBody: { parameters: v.tuple([v.string()]), result: v.optional(liveBody), boundMs: lookMs },
  stores: { parameters: nothing, result: v.array(storeLocation), boundMs: lookMs },
  getProfile: { parameters: v.tuple([v.string()]), result: v.optional(storedBody), boundMs: readMs },
  activity: { parameters: nothing, result: v.array(activity), boundMs: readMs },
  listQueues: { parameters: nothing, result: v.array(queueInfo), boundMs: readMs },
  listDeadLetters: {
    parameters: v.tuple([v.string(), v.number()]),
    result: v.array(deadLetter),
    boundMs: readMs,
  },
  getDeadLetter: {
    parameters: v.tuple([v.string(), v.string()]),
    result: v.optional(deadLetterBody),
    boundMs: readMs,
  },
  orderQueue: { parameters: v.tuple([v.string(), queueOrder]), result: v.number(), boundMs: changeMs },
  setLogLevel: { parameters: v.tuple([v.picklist(logLevels)]), result: none, boundMs: lookMs },
  lastLines: { parameters: nothing, result: v.array(v.string()), boundMs: lookMs },
  announceStop: { parameters: nothing, result: none, boundMs: lookMs },
  stop: { parameters: v.tuple([v.optional(v.number())]), result: none, boundMs: undefined },
};

/** The name of a call. */
export type CallName = keyof ShardCalls;

/** Asks a shard for something. */
export const callMessage = v.object({
  type: v.literal("call"),
  id: v.number(),
  name: v.picklist(Object.keys(shardCalls) as CallName[]),
  parameters: v.array(v.unknown()),
});

/** What came of a call: a result, an expected failure with its code, or a defect without one. */
export const replyMessage = v.variant("type", [
  v.object({ type: v.literal("result"), id: v.number(), result: v.unknown() }),
  v.object({
    type: v.literal("failure"),
    id: v.number(),
    code: v.optional(v.custom<FailureCode>((code) => typeof code === "string")),
    message: v.string(),
  }),
]);

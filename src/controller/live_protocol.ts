import * as v from "valibot";

/** What controller and shard say to one another of profiles as they pass; see `shard_protocol.ts`. */

export const liveQuery = v.object({ viewer: v.string(), match: v.string(), after: v.number() });

const rule = v.object({
  index: v.number(),
  action: v.string(),
  source_labels: v.array(v.string()),
  separator: v.string(),
  regex: v.string(),
  target_label: v.string(),
  value: v.string(),
});

const drop = v.object({ component: v.string(), reason: v.string(), rule: v.nullable(rule) });

const delivery = v.object({
  component: v.string(),
  endpoint: v.nullable(v.string()),
  outcome: v.picklist(["delivered", "stored", "queued", "failed", "under_way"]),
  attempts: v.number(),
  duration_ms: v.nullable(v.number()),
  reason: v.nullable(v.string()),
  http_status: v.nullable(v.number()),
});

const record = v.object({
  id: v.string(),
  request: v.string(),
  time: v.number(),
  receiver: v.string(),
  kind: v.picklist(["ingest", "push"]),
  service_name: v.string(),
  labels: v.record(v.string(), v.string()),
  samples: v.number(),
  bytes: v.number(),
  format: v.string(),
  content_type: v.string(),
  sender: v.string(),
  status: v.picklist(["under_way", "delivered", "partly", "failed", "dropped", "refused"]),
  refused: v.nullable(v.string()),
  drops: v.array(drop),
  deliveries: v.array(delivery),
  has_body: v.boolean(),
});

const counts = v.object({
  passed: v.number(),
  matched: v.number(),
  unseen: v.number(),
  recorded: v.number(),
});

export const liveAnswer = v.object({ records: v.array(record), next: v.number(), counts });

export const liveBody = v.object({
  content_type: v.string(),
  content_encoding: v.string(),
  name: v.undefinedable(v.string()),
  bodies: v.array(v.instance(Uint8Array)),
});

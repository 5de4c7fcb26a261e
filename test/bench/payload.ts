import { create, toBinary } from "@bufbuild/protobuf";
import { PushRequestSchema } from "../../src/gen/push/v1/push_pb.ts";
import { pushPath } from "../wire/push_message.ts";

/** A request that is sent over and over. */
export interface Payload {
  /** Also the name of its file. */
  readonly name: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** How many label sets there are by turns, for each of which {@link serial} in the target is another number. */
  readonly labelSets?: number;
  /** How many bytes of it are profiles: all that arrives must be at least as long. */
  readonly profileBytes: number;
  /** How many series share them evenly. */
  readonly series: number;
}

const labels = { env: "prod", region: "eu-west-1", version: "1.2.3" };

/** Stands in a target for a number. */
export const serial = "SERIAL";

/** The profile types that an SDK sends in one Push, and some more. */
const profileTypes = [
  "process_cpu",
  "memory",
  "goroutine",
  "mutex",
  "block",
  "wall",
  "alloc",
  "lock",
  "exception",
  "heap",
];

/** A POST to /ingest with a body of `bytes` bytes; with `labelSets` each of so many comes from another pod. */
export function ingestPayload(bytes: number, labelSets?: number): Payload {
  const all = labelSets === undefined ? labels : { ...labels, pod: `shop-${serial}` };
  const name = `shop.frontend{${Object.entries(all)
    .map(([key, value]) => `${key}=${value}`)
    .join(",")}}`;
  const query = new URLSearchParams({
    name,
    from: "1700000000",
    until: "1700000010",
    spyName: "gospy",
    sampleRate: "100",
    format: "pprof",
  });
  return {
    name: `ingest-${bytes}`,
    target: `/ingest?${query}`,
    headers: { "Content-Type": "application/octet-stream" },
    body: randomBytes(bytes),
    ...(labelSets === undefined ? {} : { labelSets }),
    profileBytes: bytes,
    series: 1,
  };
}

/** A Push with `count` series of one profile of `bytes` bytes each. */
export function pushPayload(count: number, bytes: number): Payload {
  const series = Array.from({ length: count }, (_, index) => {
    const all = {
      __name__: profileTypes[index % profileTypes.length] ?? "",
      service_name: "shop.frontend",
      ...labels,
      pod: `shop-7d9f-${index}`,
    };
    return {
      labels: Object.entries(all).map(([name, value]) => ({ name, value })),
      samples: [{ ID: crypto.randomUUID(), rawProfile: randomBytes(bytes) }],
    };
  });
  return {
    name: `push-${count}-${bytes}`,
    target: pushPath,
    headers: { "Content-Type": "application/proto", "Connect-Protocol-Version": "1" },
    body: toBinary(PushRequestSchema, create(PushRequestSchema, { series })),
    profileBytes: count * bytes,
    series: count,
  };
}

/** As profiles are, which SDKs send in gzip: nothing that could be packed any further. */
function randomBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  // The call fills at most 65,536 bytes.
  for (let at = 0; at < count; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

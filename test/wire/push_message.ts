import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { PushRequestSchema } from "../../src/gen/push/v1/push_pb.ts";
import { headerOf, type RecordedRequest } from "./recording.ts";

/** The path of the Push call. */
export const pushPath = "/push.v1.PusherService/Push";

/** One sample with its series' labels; a series without samples is one entry with an empty hash. */
export interface PushEntry {
  /** Sorted by name. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** The first 16 hex digits of the profile's SHA-256. */
  readonly hash: string;
  readonly id: string;
}

/** A Push message of one series with one sample. */
export function encodePush(labels: Readonly<Record<string, string>>, rawProfile: Uint8Array): Uint8Array {
  const pairs = Object.entries(labels).map(([name, value]) => ({ name, value }));
  const series = [{ labels: pairs, samples: [{ rawProfile, ID: "" }] }];
  return toBinary(PushRequestSchema, create(PushRequestSchema, { series }));
}

/** The samples in a Push message. */
export function decodePush(message: Uint8Array): PushEntry[] {
  return fromBinary(PushRequestSchema, message).series.flatMap((series): PushEntry[] => {
    const labels = series.labels.map(({ name, value }) => [name, value] as const).toSorted(compareNames);
    if (series.samples.length === 0) return [{ labels, hash: "", id: "" }];
    return series.samples.map(({ rawProfile, ID }) => ({ labels, hash: shortHash(rawProfile), id: ID }));
  });
}

/** The samples in a Push request that a sink recorded. */
export function entriesOf(request: RecordedRequest): PushEntry[] {
  const isGzip = headerOf(request, "content-encoding") === "gzip";
  return decodePush(isGzip ? Bun.gunzipSync(Buffer.from(request.body)) : request.body);
}

/** The first 16 hex digits of the bytes' SHA-256. */
export function shortHash(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex").slice(0, 16);
}

/** Orders pairs by their names' code units. */
export function compareNames([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

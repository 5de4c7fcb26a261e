import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { PushRequestSchema } from "../../gen/push/v1/push_pb.ts";
import type { Leased, QueuedProfile } from "./queue_store.ts";

/** Bytes of one request with several profiles at most: a quarter of the burst that a Pyroscope tenant has. */
const maxBatchBytes = 512 * 1024;

/** Profiles in one request at most. */
export const maxBatchProfiles = 64;

/**
 * Takes the first profile out of a list, and with it all that may share its request: those of Push whose forwarded
 * headers are the same, since these may name the tenant.
 */
export function takeBatch(waiting: Leased[], maxProfiles: number): Leased[] {
  const [first] = waiting;
  if (first === undefined) return [];
  const batch: Leased[] = [first];
  let bytes = first.profile.body.byteLength;
  let looked = 1;
  for (; looked < waiting.length && batch.length < maxProfiles; looked += 1) {
    const next = waiting[looked];
    if (next === undefined || !mayShare(first.profile, next.profile)) break;
    bytes += next.profile.body.byteLength;
    if (bytes > maxBatchBytes) break;
    batch.push(next);
  }
  waiting.splice(0, batch.length);
  return batch;
}

function mayShare(one: QueuedProfile, other: QueuedProfile): boolean {
  const isJoinable = one.kind === "push" && other.kind === "push" && !one.isAlone && !other.isAlone;
  return isJoinable && haveSameHeaders(one, other);
}

function haveSameHeaders(one: QueuedProfile, other: QueuedProfile): boolean {
  const { forwardedHeaders: left } = one;
  const { forwardedHeaders: right } = other;
  return (
    left.length === right.length &&
    left.every(([name, value], index) => name === right[index]?.[0] && value === right[index]?.[1])
  );
}

/** Several profiles of Push as one: a PushRequest is its series, one after the other. */
export function joinPush(profiles: readonly QueuedProfile[]): QueuedProfile {
  const [first] = profiles;
  if (first === undefined) throw new RangeError("there is nothing to join");
  if (profiles.length === 1) return first;
  const sum = (of: (profile: QueuedProfile) => number) =>
    profiles.reduce((total, profile) => total + of(profile), 0);
  const body = new Uint8Array(sum((profile) => profile.body.byteLength));
  let offset = 0;
  for (const profile of profiles) {
    body.set(profile.body, offset);
    offset += profile.body.byteLength;
  }
  const size = {
    bytes: sum((profile) => profile.size.bytes),
    samples: sum((profile) => profile.size.samples),
  };
  return { ...first, body, size };
}

/** A profile as one for each of its series, none of which shares a request again; one of /ingest has no series. */
export function seriesOf(profile: QueuedProfile): readonly QueuedProfile[] {
  if (profile.kind === "ingest") return [profile];
  const { series } = fromBinary(PushRequestSchema, profile.body);
  return series.map((one): QueuedProfile => {
    const bytes = one.samples.reduce((sum, { rawProfile }) => sum + rawProfile.byteLength, 0);
    const body = toBinary(PushRequestSchema, create(PushRequestSchema, { series: [one] }));
    return { ...profile, body, size: { bytes, samples: one.samples.length }, isAlone: true };
  });
}

/** Bytes of bodies. */
export function bytesOf(profiles: readonly Leased[]): number {
  return profiles.reduce((sum, { profile }) => sum + profile.body.byteLength, 0);
}

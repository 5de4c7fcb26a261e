import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { nameLabel, serviceNameLabel } from "../../profile/label_set.ts";
import type { IngestProfile, PushProfile } from "../../profile/profile.ts";

/** The service under which doctor's profiles are found. */
export const doctorService = "pyroduct.doctor";

/** How much time the profile says it covers, in milliseconds. */
const lengthMs = 1000;

/** A valid CPU profile of one sample that ends now, as /ingest carries it. */
export function sampleIngest(nowMs: number): IngestProfile {
  const [from, until] = [Math.floor((nowMs - lengthMs) / 1000), Math.floor(nowMs / 1000)];
  return {
    kind: "ingest",
    labels: new Map([[nameLabel, doctorService]]),
    query: `format=pprof&from=${from}&until=${until}`,
    contentType: "application/octet-stream",
    contentEncoding: undefined,
    body: samplePprof(nowMs),
  };
}

/** The same as a Push carries it. */
export function samplePush(nowMs: number): PushProfile {
  const labels = new Map([
    [nameLabel, "process_cpu"],
    [serviceNameLabel, doctorService],
  ]);
  const samples = [{ id: crypto.randomUUID(), rawProfile: samplePprof(nowMs) }];
  return { kind: "push", series: [{ labels, samples, annotations: [] }] };
}

const strings = ["", "samples", "count", "cpu", "nanoseconds", doctorService];
const periodNanos = 10_000_000;

// https://github.com/google/pprof/blob/main/proto/profile.proto
function samplePprof(nowMs: number): Uint8Array {
  const writer = new BinaryWriter();
  const message = (field: number, fill: (inner: BinaryWriter) => void) => {
    writer.tag(field, WireType.LengthDelimited).fork();
    fill(writer);
    writer.join();
  };
  const valueType = (type: number, unit: number) => (inner: BinaryWriter) => {
    inner.tag(1, WireType.Varint).int64(type).tag(2, WireType.Varint).int64(unit);
  };
  message(1, valueType(1, 2));
  message(1, valueType(3, 4));
  message(2, (sample) => {
    sample.tag(1, WireType.Varint).uint64(1);
    for (const value of [1, periodNanos]) sample.tag(2, WireType.Varint).int64(value);
  });
  message(4, (location) => {
    location.tag(1, WireType.Varint).uint64(1).tag(4, WireType.LengthDelimited).fork();
    location.tag(1, WireType.Varint).uint64(1).join();
  });
  message(5, (code) => code.tag(1, WireType.Varint).uint64(1).tag(2, WireType.Varint).int64(5));
  for (const text of strings) writer.tag(6, WireType.LengthDelimited).string(text);
  writer.tag(9, WireType.Varint).int64(BigInt(Math.floor(nowMs - lengthMs)) * 1_000_000n);
  writer.tag(10, WireType.Varint).int64(BigInt(lengthMs) * 1_000_000n);
  message(11, valueType(3, 4));
  return writer.tag(12, WireType.Varint).int64(periodNanos).finish();
}

import { create, toBinary } from "@bufbuild/protobuf";
import type { BytePool } from "../base/byte_pool.ts";
import { type PushRequest, type RawProfileSeries, RawProfileSeriesSchema } from "../gen/push/v1/push_pb.ts";
import { type LabelSet, labelSetOf, sortedLabels } from "./label_set.ts";
import type { PushProfile, Series } from "./profile.ts";
import { withServiceName } from "./service_name.ts";

/** Takes a Push request in: labels gathered, the service's name made sure of. */
export function profileOfPush(request: PushRequest): PushProfile {
  const series = request.series.map(
    (received): Series => ({
      labels: labelsOf(received),
      samples: received.samples.map((sample) => ({ id: sample.ID, rawProfile: sample.rawProfile })),
      annotations: received.annotations,
    }),
  );
  return { kind: "push", series };
}

/** The labels of a received series, the service's name made sure of. */
export function labelsOf(received: RawProfileSeries): LabelSet {
  return withServiceName(labelSetOf(received.labels.map(({ name, value }) => [name, value] as const)));
}

/** A series in two pieces of its encoding. */
export interface EncodedSeries {
  readonly labels: Uint8Array;
  /** Samples and annotations. */
  readonly content: Uint8Array;
}

/** Labels as fields of a series, sorted by name. */
export function encodeLabels(labels: LabelSet): Uint8Array {
  const pairs = sortedLabels(labels).map(([name, value]) => ({ name, value }));
  return toBinary(RawProfileSeriesSchema, create(RawProfileSeriesSchema, { labels: pairs }));
}

/** Samples and annotations as fields of a series: as they came, where they came so. */
export function encodeContent(series: Series): Uint8Array {
  if (series.encoded !== undefined) return series.encoded;
  const message = create(RawProfileSeriesSchema, {
    samples: series.samples.map((sample) => ({ ID: sample.id, rawProfile: sample.rawProfile })),
    annotations: series.annotations.map(({ key, value }) => ({ key, value })),
  });
  return toBinary(RawProfileSeriesSchema, message);
}

/** The key of `series` in a Push request. */
const seriesKey = 0x0a;

/**
 * The Push request of these series.
 *
 * @param pool where its memory comes from, which must be given back; its own memory where there is none.
 */
export function encodePush(all: readonly EncodedSeries[], pool?: BytePool): Uint8Array<ArrayBuffer> {
  let total = 0;
  for (const { labels, content } of all) {
    const length = labels.byteLength + content.byteLength;
    total += 1 + varintSize(length) + length;
  }
  const message = pool?.take(total) ?? Buffer.allocUnsafeSlow(total);
  let at = 0;
  for (const { labels, content } of all) {
    message[at] = seriesKey;
    at = writeVarint(message, at + 1, labels.byteLength + content.byteLength);
    message.set(labels, at);
    message.set(content, at + labels.byteLength);
    at += labels.byteLength + content.byteLength;
  }
  return message;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) size += 1;
  return size;
}

/** @returns where the next byte goes. */
function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) {
    bytes[at] = (rest % 128) | 0x80;
    at += 1;
  }
  bytes[at] = rest;
  return at + 1;
}

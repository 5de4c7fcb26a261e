import { expect, test } from "bun:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { PushRequestSchema } from "../../src/gen/push/v1/push_pb.ts";
import type { PushProfile } from "../../src/profile/profile.ts";
import { PushScanner } from "../../src/profile/push_scan.ts";
import { encodeContent, encodeLabels, encodePush, profileOfPush } from "../../src/profile/push_wire.ts";

const text = fc.string({ maxLength: 6, unit: "grapheme" });
const message = fc
  .array(
    fc.record({
      labels: fc.array(fc.record({ name: text, value: text }), { maxLength: 4 }),
      samples: fc.array(
        fc.record({ rawProfile: fc.uint8Array({ maxLength: 300 }), ID: fc.oneof(fc.uuid(), text) }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 4 },
  )
  .map((series) => toBinary(PushRequestSchema, create(PushRequestSchema, { series })));

/** Everything that a profile says, in a form that can be compared. */
function said({ series }: PushProfile) {
  return series.map(({ labels, samples, annotations }) => ({
    labels: [...labels],
    samples: samples.map(({ id, rawProfile }) => [id, ...rawProfile]),
    annotations: annotations.map(({ key, value }) => [key, value]),
  }));
}

function byTheBook(bytes: Uint8Array): PushProfile | undefined {
  try {
    return profileOfPush(fromBinary(PushRequestSchema, bytes));
  } catch {
    return undefined;
  }
}

/** What a scan yields is what protobuf-es reads, and goes out again saying the same. */
function check(scanner: PushScanner, bytes: Uint8Array): boolean {
  const scanned = scanner.scan(bytes);
  if (scanned === undefined) return false;
  const wanted = byTheBook(bytes);
  expect(said(scanned)).toEqual(said(wanted ?? { kind: "push", series: [] }));
  expect(wanted).toBeDefined();
  const sent = encodePush(
    scanned.series.map((one) => ({ labels: encodeLabels(one.labels), content: encodeContent(one) })),
  );
  expect(said(profileOfPush(fromBinary(PushRequestSchema, sent))).map(sorted)).toEqual(
    said(scanned).map(sorted),
  );
  return true;
}

function sorted<Series extends { labels: [string, string][] }>(series: Series) {
  return { ...series, labels: Object.fromEntries(series.labels) };
}

test("a message of the usual form is read as protobuf-es reads it", () => {
  const scanner = new PushScanner();
  fc.assert(fc.property(message, (bytes) => void check(scanner, bytes)));
});

test("whatever is done to a message, it is read as protobuf-es reads it, or not at all", () => {
  const scanner = new PushScanner();
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
  fc.assert(
    fc.property(message, damage, fc.nat(), (bytes, changes, cut) => {
      const damaged = bytes.slice(0, bytes.length - (cut % 4));
      for (const [at, byte] of changes) if (damaged.length > 0) damaged[at % damaged.length] = byte;
      check(scanner, damaged);
    }),
    { numRuns: 2000 },
  );
});

test("what SDKs send is of the usual form, and equal labels yield the same set", () => {
  const scanner = new PushScanner();
  const bytes = (rawProfile: number) =>
    toBinary(
      PushRequestSchema,
      create(PushRequestSchema, {
        series: [
          {
            labels: [
              { name: "__name__", value: "process_cpu" },
              { name: "service_name", value: "käse" },
            ],
            samples: [{ ID: crypto.randomUUID(), rawProfile: new Uint8Array(70_000).fill(rawProfile) }],
          },
        ],
      }),
    );
  expect(check(scanner, bytes(1))).toBe(true);
  const [first, second] = [scanner.scan(bytes(2)), scanner.scan(bytes(3))];
  expect(first?.series[0]?.labels).toBe(second?.series[0]?.labels as never);
});

test.each([
  ["a field that is not known", [0x0a, 0x02, 0x22, 0x00]],
  ["annotations", [0x0a, 0x06, 0x1a, 0x04, 0x0a, 0x00, 0x12, 0x00]],
  ["labels after samples", [0x0a, 0x06, 0x12, 0x00, 0x0a, 0x02, 0x0a, 0x00]],
  ["a profile that comes twice", [0x0a, 0x06, 0x12, 0x04, 0x0a, 0x00, 0x0a, 0x00]],
  ["an ID that is not ASCII", [0x0a, 0x06, 0x12, 0x04, 0x12, 0x02, 0xc3, 0xa4]],
  ["a length that is too long", [0x0a, 0x05, 0x12]],
  ["a length that never ends", [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
])("%s is left to protobuf-es", (_, bytes) => {
  expect(new PushScanner().scan(Uint8Array.from(bytes))).toBeUndefined();
});

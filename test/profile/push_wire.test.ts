import { expect, test } from "bun:test";
import { create, fromBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { PushRequestSchema } from "../../src/gen/push/v1/push_pb.ts";
import type { Series } from "../../src/profile/profile.ts";
import { sizeOf } from "../../src/profile/profile.ts";
import { encodeContent, encodeLabels, encodePush, profileOfPush } from "../../src/profile/push_wire.ts";
import { ingestProfile, series } from "./sample_profiles.ts";

function encode(all: readonly Series[]): Uint8Array {
  return encodePush(all.map((one) => ({ labels: encodeLabels(one.labels), content: encodeContent(one) })));
}

const bytes = new Uint8Array([0, 1, 254, 255]);

test("a request is taken in with its labels gathered and its service named", () => {
  const request = create(PushRequestSchema, {
    series: [
      {
        labels: [
          { name: "b", value: "1" },
          { name: "__name__", value: "process_cpu" },
          { name: "b", value: "2" },
          { name: "empty", value: "" },
        ],
        samples: [{ ID: "8c5c", rawProfile: bytes }],
        annotations: [{ key: "k", value: "v" }],
      },
    ],
  });
  const [taken] = profileOfPush(request).series;
  expect(Object.fromEntries(taken?.labels ?? [])).toEqual({
    b: "2",
    __name__: "process_cpu",
    service_name: "process_cpu",
  });
  expect(taken?.samples).toEqual([{ id: "8c5c", rawProfile: bytes }]);
  expect(taken?.annotations.map(({ key, value }) => [key, value])).toEqual([["k", "v"]]);
});

test("labels go out sorted by name; IDs, bytes and annotations as they came", () => {
  const out = fromBinary(
    PushRequestSchema,
    encode([
      series(
        { b: "2", a: "1" },
        { samples: [{ id: "8c5c", rawProfile: bytes }], annotations: [{ key: "k", value: "v" }] },
      ),
    ]),
  );
  const [one] = out.series;
  expect(one?.labels.map(({ name, value }) => `${name}=${value}`)).toEqual(["a=1", "b=2"]);
  expect(one?.samples.map(({ ID, rawProfile }) => [ID, ...rawProfile])).toEqual([["8c5c", ...bytes]]);
  expect(one?.annotations.map(({ key, value }) => `${key}=${value}`)).toEqual(["k=v"]);
});

test("what goes out says the same when it is taken in", () => {
  const labels = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.string({ minLength: 1, maxLength: 5 }));
  const samples = fc.array(
    fc.record({ id: fc.string({ maxLength: 5 }), rawProfile: fc.uint8Array({ maxLength: 20 }) }),
    { maxLength: 3 },
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(labels, samples), { maxLength: 3 }), (all) => {
      const before = all.map(([one, its]) => series({ ...one, service_name: "s" }, { samples: its }));
      const after = profileOfPush(fromBinary(PushRequestSchema, encode(before))).series;
      expect(after.map((one) => Object.fromEntries(one.labels))).toEqual(
        before.map((one) => Object.fromEntries(one.labels)),
      );
      expect(after.map((one) => one.samples)).toEqual(before.map((one) => one.samples));
    }),
  );
});

test("sizes count profiles and their bytes alone", () => {
  const two = series(
    { a: "1" },
    {
      samples: [
        { id: "1", rawProfile: bytes },
        { id: "", rawProfile: bytes },
      ],
    },
  );
  expect(sizeOf({ kind: "push", series: [two, series({}, { samples: [] }), two] })).toEqual({
    bytes: 16,
    samples: 4,
  });
  expect(sizeOf(ingestProfile({}, { body: bytes }))).toEqual({ bytes: 4, samples: 1 });
});

import { describe, expect, test } from "bun:test";
import { fromBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { PushRequestSchema } from "../../../src/gen/push/v1/push_pb.ts";
import { joinPush, seriesOf, takeBatch } from "../../../src/write/queue/push_batch.ts";
import type { QueuedProfile } from "../../../src/write/queue/queue_store.ts";
import { leased, queuedIngest, queuedPush } from "./queued_profiles.ts";

const tenant = (name: string) => ({ forwardedHeaders: [["x-scope-orgid", name] as const] });

function servicesIn(body: Uint8Array): string[] {
  return fromBinary(PushRequestSchema, body).series.flatMap(({ labels }) => labels.map(({ value }) => value));
}

/** How many profiles the first request takes. */
function firstBatch(profiles: readonly QueuedProfile[], most = 64): number {
  const waiting = profiles.map((profile, lease) => leased(lease, profile));
  const batch = takeBatch(waiting, most);
  expect([...batch, ...waiting].map(({ lease }) => lease)).toEqual(profiles.map((_, lease) => lease));
  return batch.length;
}

describe("a request takes", () => {
  const big = queuedPush(["a"], { body: new Uint8Array(300_000) });
  test.each([
    ["nothing where nothing waits", [], 0],
    ["one profile of /ingest", [queuedIngest(), queuedIngest()], 1],
    ["all of Push", [queuedPush(["a"]), queuedPush(["b", "c"]), queuedPush(["d"])], 3],
    ["those up to one of /ingest", [queuedPush(["a"]), queuedPush(["b"]), queuedIngest()], 2],
    [
      "those of the same tenant",
      [queuedPush(["a"], tenant("1")), queuedPush(["b"], tenant("1")), queuedPush(["c"], tenant("2"))],
      2,
    ],
    ["those without a tenant", [queuedPush(["a"]), queuedPush(["b"], tenant("1"))], 1],
    ["one that must be alone", [queuedPush(["a"], { isAlone: true }), queuedPush(["b"])], 1],
    ["those up to one that must be alone", [queuedPush(["a"]), queuedPush(["b"], { isAlone: true })], 1],
    ["no more than half a MiB", [big, big, big], 1],
    ["one that is larger than that", [queuedPush(["a"], { body: new Uint8Array(3_000_000) }), big], 1],
  ])("%s", (_, profiles, count) => {
    expect(firstBatch(profiles)).toBe(count);
  });

  test("no more profiles than it may", () => {
    const profiles = Array.from({ length: 100 }, () => queuedPush(["a"]));
    expect([firstBatch(profiles), firstBatch(profiles, 1)]).toEqual([64, 1]);
  });
});

const pushes = fc.array(fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 6,
});

test("joined profiles hold all series, in their order, and count as much", () => {
  fc.assert(
    fc.property(pushes, (all) => {
      const profiles = all.map((services) => queuedPush(services));
      const joined = joinPush(profiles);
      expect(servicesIn(joined.body)).toEqual(all.flat());
      expect(joined.size.samples).toBe(all.flat().length);
      expect(joined.size.bytes).toBe(profiles.reduce((sum, { size }) => sum + size.bytes, 0));
    }),
  );
});

test("a profile splits into its series, each alone and counted", () => {
  fc.assert(
    fc.property(pushes, (all) => {
      const parts = all.flatMap((services) => seriesOf(queuedPush(services, tenant("1"))));
      expect(parts.flatMap(({ body }) => servicesIn(body))).toEqual(all.flat());
      expect(
        parts.every(
          ({ isAlone, size, forwardedHeaders }) =>
            isAlone && size.samples === 1 && forwardedHeaders[0]?.[1] === "1",
        ),
      ).toBe(true);
    }),
  );
});

test("a profile of /ingest does not split", () => {
  const profile = queuedIngest();
  expect(seriesOf(profile)).toEqual([profile]);
});

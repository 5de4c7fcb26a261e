import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { systemClock } from "../../../src/base/clock.ts";
import { DiskChannel } from "../../../src/write/queue/ledger/disk_channel.ts";
import { MemoryChannel } from "../../../src/write/queue/ledger/ledger_channel.ts";
import { LedgerStore } from "../../../src/write/queue/ledger/ledger_store.ts";
import type { QueueLimits } from "../../../src/write/queue/queue_store.ts";
import { limitsOf } from "../../../src/write/queue/schema.ts";
import { steadyTime } from "../../../src/write/queue/steady_time.ts";
import { FakeClock, settled } from "../../base/fake_clock.ts";
import { TemporaryFolder } from "../../base/temporary_folder.ts";
import { endpointArguments } from "../endpoint_bed.ts";
import { GatedChannel } from "./gated_channel.ts";
import { roomy } from "./ledger_bed.ts";
import { queuedIngest, queuedPush } from "./queued_profiles.ts";

const queue = "pyroscope.write.w:e";

async function storeBed(limits: QueueLimits = roomy) {
  const clock = new FakeClock();
  const channel = new GatedChannel(new MemoryChannel(clock));
  const store = new LedgerStore({
    channel,
    isLasting: false,
    clock,
    now: steadyTime(clock),
    onSetAside: () => {},
  });
  await store.open();
  await store.configure(queue, limits);
  const accepted = () => ({ acceptedAt: steadyTime(clock)() });
  return { clock, channel, store, accepted };
}

describe("profiles that come", () => {
  test("while a write is under way share the next one", async () => {
    const { channel, store, accepted } = await storeBed();
    const gate = Promise.withResolvers<void>();
    channel.gate = gate.promise;
    const first = store.append(queue, queuedIngest(3, accepted()));
    await settled();
    const others = Array.from({ length: 20 }, () => store.append(queue, queuedIngest(3, accepted())));
    gate.resolve();
    expect(new Set((await Promise.all([first, ...others])).map(({ type }) => type))).toEqual(
      new Set(["stored"]),
    );
    expect(channel.writes.map(({ appends }) => appends.length)).toEqual([1, 20]);
  });

  test("are told of only once they are written", async () => {
    const { channel, store, accepted } = await storeBed();
    const gate = Promise.withResolvers<void>();
    channel.gate = gate.promise;
    let isStored = false;
    const stored = store.append(queue, queuedIngest(3, accepted())).then(() => {
      isStored = true;
    });
    await settled();
    expect(isStored).toBe(false);
    gate.resolve();
    await stored;
  });

  test("are many writes where they are large", async () => {
    const { channel, store, accepted } = await storeBed();
    const profiles = Array.from({ length: 5 }, () => queuedIngest(2_000_000, accepted()));
    await Promise.all(profiles.map((profile) => store.append(queue, profile)));
    expect(channel.writes.map(({ appends }) => appends.length)).toEqual([2, 2, 1]);
  });

  test("and can't be written are told so, which is what the store has to say too", async () => {
    const { channel, store, accepted } = await storeBed();
    channel.failure = "no space left on the disk";
    expect(await store.append(queue, queuedIngest(3, accepted()))).toEqual({
      type: "failed",
      reason: "no space left on the disk",
    });
    expect(store.problem).toBe("no space left on the disk");
    channel.failure = undefined;
    await store.append(queue, queuedIngest(3, accepted()));
    expect(store.problem).toBeUndefined();
  });
});

describe("leases that end", () => {
  test("are written with the next profiles, or soon", async () => {
    const { clock, channel, store, accepted } = await storeBed();
    const { lease, stored } = store.admit(queue, queuedIngest(3, accepted()), 0);
    await stored;
    store.settle(queue, [{ type: "delivered", lease }]);
    await clock.advance(49);
    expect(channel.writes).toHaveLength(1);
    await clock.advance(1);
    expect(store.stats(queue)?.profiles).toBe(0);
  });

  test("are kept where they can't be written, until they can", async () => {
    const { clock, channel, store, accepted } = await storeBed();
    const { lease, stored } = store.admit(queue, queuedIngest(3, accepted()), 0);
    await stored;
    channel.failure = "no space left on the disk";
    store.settle(queue, [{ type: "delivered", lease }]);
    await clock.advance(3000);
    expect(store.stats(queue)?.profiles).toBe(1);
    channel.failure = undefined;
    await clock.advance(1000);
    expect(store.stats(queue)?.profiles).toBe(0);
  });
});

test("a profile comes back as it went in", async () => {
  using folder = new TemporaryFolder();
  const channel = new DiskChannel(join(folder.path, "q.sqlite"), systemClock);
  const now = steadyTime(systemClock);
  const store = new LedgerStore({ channel, isLasting: true, clock: systemClock, now, onSetAside: () => {} });
  await store.open();
  await store.configure(queue, roomy);
  const profiles = [
    queuedIngest(5000, { acceptedAt: now(), headers: [["content-type", "a/b"]], path: "/ingest?name=ü%00'" }),
    queuedPush(["a", "b"], {
      acceptedAt: now(),
      forwardedHeaders: [["x-scope-orgid", "\u{1f600}"]],
      isAlone: true,
    }),
    queuedIngest(0, { acceptedAt: now() }),
  ];
  await Promise.all(profiles.map((profile) => store.append(queue, profile)));
  const claimed = await store.claim(queue, { maxProfiles: 10, maxBytes: 1e6 });
  expect(claimed.map(({ profile }) => profile)).toEqual(profiles);
  await store.close();
});

test("dead letters keep to the bounds of the arguments", async () => {
  const { queue: parsed } = endpointArguments({
    queue: { type: "memory", dead_letters: { max_bytes: "1KiB", max_age: "10m" } },
  });
  const { clock, store, accepted } = await storeBed(parsed && limitsOf(parsed));
  for (let count = 0; count < 4; count += 1) {
    const { lease, stored } = store.admit(queue, queuedIngest(200, accepted()), 0);
    await stored;
    store.settle(queue, [{ type: "refused", lease, reason: `refusal ${count}` }]);
    await clock.advance(60_000);
  }
  const letters = await store.deadLetters.list(queue, 10);
  expect(letters.map(({ reason }) => reason)).toEqual(["refusal 3", "refusal 2"]);
  await clock.advance(8.5 * 60_000);
  expect(await store.deadLetters.list(queue, 10)).toHaveLength(1);
});

test("profiles age by the monotonic clock, whatever steps the machine's time takes", async () => {
  const clock = new FakeClock();
  const now = steadyTime(clock);
  const before = now();
  const stepped = { ...clock, wall: () => 0 };
  await clock.advance(1000);
  expect([now() - before, stepped.wall()]).toEqual([1000, 0]);
});

test("a store that was closed says so", async () => {
  const { store, accepted } = await storeBed();
  await store.close();
  expect(await store.append(queue, queuedIngest(3, accepted()))).toEqual({
    type: "failed",
    reason: "the queue is closed",
  });
  expect(await store.claim(queue, { maxProfiles: 1, maxBytes: 1 })).toEqual([]);
});

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { settled } from "../../base/fake_clock.ts";
import { TemporaryFolder } from "../../base/temporary_folder.ts";
import { answer, hang, refused } from "../scripted_client.ts";
import { LocalFile } from "./local_file.ts";
import { PumpBed } from "./pump_bed.ts";
import { queuedIngest, queuedPush } from "./queued_profiles.ts";

const theQueue = "pyroscope.write.w:e";

/** An answer after so many milliseconds. */
function okAfter(ms: number) {
  return answer(200, "", {}, ms);
}

/** How a profile does that comes just now: what its sender heard, and when. */
function watched(bed: PumpBed, profile = queuedIngest()) {
  const heard: { type?: string; isWritten?: boolean; at?: number } = {};
  const startedAt = bed.clock.now();
  void bed
    .begin(profile)
    .then((appended) => Object.assign(heard, appended, { at: bed.clock.now() - startedAt }));
  return heard;
}

/** Profiles and leases' ends in each write. */
function writes({ channel }: PumpBed) {
  return channel.writes.map(({ appends, settlements }) => [appends.length, settlements.length]);
}

/** Whatever needs no time but a turn of the event loop happens. */
async function turns(): Promise<void> {
  for (let count = 0; count < 4; count += 1) await settled();
}

function claim(bed: PumpBed) {
  bed.pump.retire();
  return bed.store.claim(theQueue, { maxProfiles: 9, maxBytes: 1e6 });
}

describe("a profile that is delivered in its head start", () => {
  test("is safe then, and never written", async () => {
    await using bed = await PumpBed.startLasting([okAfter(24)]);
    const heard = watched(bed);
    await bed.clock.advance(23);
    expect(heard).toEqual({});
    await bed.clock.advance(1);
    expect(heard).toEqual({ type: "delivered", isWritten: false, at: 24 });
    await bed.clock.advance(10_000);
    expect([writes(bed), bed.profiles]).toEqual([[], 0]);
  });

  test("is so however many come", async () => {
    await using bed = await PumpBed.startLasting([okAfter(3)]);
    const all = Array.from({ length: 100 }, () => watched(bed));
    await bed.clock.advance(10_000);
    expect([new Set(all.map(({ type }) => type)), writes(bed)]).toEqual([new Set(["delivered"]), []]);
  });
});

describe("a destination that takes longer", () => {
  test("costs the sender the head start and a commit", async () => {
    await using bed = await PumpBed.startLasting([okAfter(500)]);
    const heard = watched(bed);
    await bed.clock.advance(24);
    expect([heard, writes(bed)]).toEqual([{}, []]);
    await bed.clock.advance(1);
    expect(heard).toEqual({ type: "stored", at: 25 });
    await bed.clock.advance(600);
    expect([writes(bed), bed.profiles, bed.client.calls.length]).toEqual([
      [
        [1, 0],
        [0, 1],
      ],
      0,
      1,
    ]);
  });

  test("costs nothing once that is known", async () => {
    await using bed = await PumpBed.startLasting([okAfter(50)]);
    for (let count = 0; count < 20; count += 1) {
      watched(bed);
      await bed.clock.advance(100);
    }
    const heard = watched(bed);
    await turns();
    expect(heard).toEqual({ type: "stored", at: 0 });
  });

  test("and comes to an answer while the write is under way is done with then", async () => {
    await using bed = await PumpBed.startLasting([okAfter(30)]);
    const gate = Promise.withResolvers<void>();
    bed.channel.gate = gate.promise;
    const heard = watched(bed);
    await bed.clock.advance(40);
    expect([heard, writes(bed)]).toEqual([{ type: "delivered", isWritten: true, at: 30 }, [[1, 0]]]);
    gate.resolve();
    await turns();
    expect([writes(bed), bed.profiles, bed.client.calls.length]).toEqual([
      [
        [1, 0],
        [0, 1],
      ],
      0,
      1,
    ]);
  });

  test("has no head start where all of max_in_flight is taken", async () => {
    await using bed = await PumpBed.startLasting([hang], {}, { max_in_flight: 1 });
    const [first, second] = [watched(bed), watched(bed)];
    await turns();
    expect([first, second]).toEqual([{}, { type: "stored", at: 0 }]);
  });
});

describe("a delivery that fails", () => {
  test("for now is stored at once, and counts as an attempt", async () => {
    await using bed = await PumpBed.startLasting([answer(500), hang]);
    const heard = watched(bed);
    await turns();
    expect([heard, writes(bed)]).toEqual([{ type: "stored", at: 0 }, [[1, 0]]]);
    expect(await claim(bed)).toMatchObject([{ attempts: 1 }]);
  });

  test("leaves no head start to those that come after", async () => {
    await using bed = await PumpBed.startLasting([refused]);
    watched(bed);
    await turns();
    const heard = watched(bed);
    await turns();
    expect(heard).toEqual({ type: "stored", at: 0 });
  });

  test("for good makes a dead letter, in one write", async () => {
    await using bed = await PumpBed.startLasting([answer(422, "no pprof")]);
    const heard = watched(bed, queuedIngest(30));
    await turns();
    expect([heard.type, bed.profiles, writes(bed)]).toEqual(["stored", 0, [[1, 0]]]);
    expect(await bed.deadLetters()).toMatchObject([{ reason: "HTTP 422: no pprof", bodyBytes: 30 }]);
  });

  test("for good is found out series by series", async () => {
    await using bed = await PumpBed.startLasting([]);
    bed.client.answers = ({ body }) =>
      Buffer.from(body).includes("bad") ? answer(400, '{"code":"invalid_argument"}') : answer(200);
    const heard = watched(bed, queuedPush(["a", "bad", "b"]));
    await turns();
    await bed.clock.advance(2000);
    expect([heard.type, bed.profiles, (await bed.deadLetters()).length]).toEqual(["stored", 0, 1]);
  });

  test("since whoever sends is refused is kept", async () => {
    await using bed = await PumpBed.startLasting([answer(401)]);
    const heard = watched(bed);
    await turns();
    expect([heard.type, bed.pump.pause]).toEqual(["stored", "HTTP 401"]);
    expect(await claim(bed)).toMatchObject([{ attempts: 1 }]);
  });

  test("since it is over here is kept, and is no attempt", async () => {
    await using bed = await PumpBed.startLasting([hang]);
    const heard = watched(bed);
    const stopped = bed.pump.stop(5);
    await bed.clock.advance(5);
    await stopped;
    await turns();
    expect(heard.type).toBe("stored");
    expect(await claim(bed)).toMatchObject([{ attempts: 0 }]);
  });
});

describe("where a profile can't be stored", () => {
  test.each(["full", "failed"])(
    "(%s) it is taken all the same where its destination takes it",
    async (how) => {
      await using bed = await PumpBed.startLasting([okAfter(300)], { max_bytes: how === "full" ? 1 : 1000 });
      bed.channel.failure = how === "failed" ? "the disk fails" : undefined;
      const heard = watched(bed);
      await bed.clock.advance(299);
      expect(heard).toEqual({});
      await bed.clock.advance(1);
      expect(heard).toEqual({ type: "delivered", isWritten: false, at: 300 });
    },
  );

  test.each([
    ["full", answer(500)],
    ["failed", answer(500)],
    ["failed", answer(422)],
  ])("(%s) its sender hears so where that fails too", async (how, step) => {
    await using bed = await PumpBed.startLasting([step], { max_bytes: how === "full" ? 1 : 1000 });
    bed.channel.failure = how === "failed" ? "the disk fails" : undefined;
    const heard = watched(bed);
    await turns();
    expect(heard).toMatchObject({ type: how, at: 0 });
  });

  test("since the disk fails, it is written to at once, and is well again when that works", async () => {
    await using bed = await PumpBed.startLasting([okAfter(40), okAfter(1)]);
    bed.channel.failure = "the disk fails";
    watched(bed);
    await bed.clock.advance(1000);
    bed.channel.failure = undefined;
    expect(bed.store.problem).toBe("the disk fails");
    watched(bed);
    await turns();
    expect(bed.store.problem).toBeUndefined();
  });
});

describe("of a profile that goes to two queues", () => {
  const other = "pyroscope.write.w:other";

  test("nothing is written where both are delivered", async () => {
    await using bed = await PumpBed.startLasting([]);
    await bed.store.configure(other, bed.limits);
    const arrivals = [theQueue, other].map((queue) => bed.store.admit(queue, queuedIngest(), 10));
    await bed.clock.advance(5);
    for (const { lease } of arrivals) bed.store.settle(theQueue, [{ type: "delivered", lease }]);
    await bed.clock.advance(1000);
    expect(writes(bed)).toEqual([]);
  });

  test("the body is written once where one can't wait", async () => {
    await using bed = await PumpBed.startLasting([]);
    await bed.store.configure(other, bed.limits);
    const profile = queuedIngest(100, { acceptedAt: bed.now() });
    const { lease } = bed.store.admit(theQueue, profile, 10);
    const unrelated = bed.store.admit(theQueue, queuedIngest(), 10);
    await bed.store.append(other, profile);
    expect(bed.channel.writes.map(({ appends }) => appends.map(({ queue, body }) => [queue, body]))).toEqual([
      [
        [theQueue, 0],
        [other, 0],
      ],
    ]);
    bed.store.settle(
      theQueue,
      [lease, unrelated.lease].map((one) => ({ type: "delivered", lease: one })),
    );
    await turns();
    expect([bed.profiles, bed.store.stats(other)?.profiles, writes(bed).length]).toEqual([0, 1, 2]);
  });
});

test("a reload writes what has a head start, so that nothing seems to be nobody's", async () => {
  await using bed = await PumpBed.startLasting([hang]);
  const heard = watched(bed);
  await bed.store.configure(theQueue, bed.limits);
  expect([heard.type, bed.profiles]).toEqual(["stored", 1]);
});

describe("a kill", () => {
  /** What lies there after a new start. */
  async function left(path: string): Promise<number> {
    await using bed = await PumpBed.startLasting([hang], {}, {}, new LocalFile(path));
    return bed.profiles;
  }

  async function killedAfter(ms: number, deliveryMs: number) {
    using folder = new TemporaryFolder();
    const path = join(folder.path, "q.sqlite");
    const file = new LocalFile(path);
    const bed = await PumpBed.startLasting([okAfter(deliveryMs)], {}, {}, file);
    const heard = watched(bed);
    await bed.clock.advance(ms);
    file.kill();
    return { heard: heard.type, left: await left(path) };
  }

  test("in the head start takes along what nobody was told of", async () => {
    expect(await killedAfter(24, 300)).toEqual({ heard: undefined, left: 0 });
  });

  test("after a delivery finds nothing to do", async () => {
    expect(await killedAfter(9, 5)).toEqual({ heard: "delivered", left: 0 });
  });

  test("after the head start takes nothing along", async () => {
    expect(await killedAfter(25, 300)).toEqual({ heard: "stored", left: 1 });
  });

  test("after the delivery of what was stored leaves it to be sent once more", async () => {
    expect(await killedAfter(301, 300)).toEqual({ heard: "stored", left: 1 });
  });
});

import { describe, expect, test } from "bun:test";
import { settled } from "../../base/fake_clock.ts";
import { answer, hang, refused, type Step } from "../scripted_client.ts";
import { lateClaims } from "./late_claims.ts";
import { PumpBed } from "./pump_bed.ts";
import { queuedIngest, queuedPush } from "./queued_profiles.ts";

const ok = answer(200);

/** When each request went out, in seconds. */
function seconds({ client }: PumpBed): number[] {
  return client.times.map((ms) => Math.round(ms / 100) / 10);
}

function many(count: number, bytes: number) {
  return Array.from({ length: count }, () => queuedIngest(bytes));
}

describe("what comes just now", () => {
  test("is sent at once, and is gone from the queue then", async () => {
    await using bed = await PumpBed.start([ok]);
    await bed.arrive(queuedIngest(), queuedIngest());
    expect(bed.client.calls).toHaveLength(2);
    await bed.clock.advance(50);
    expect(bed.profiles).toBe(0);
  });

  test("is sent by max_in_flight requests at a time, and joined where it may be", async () => {
    await using bed = await PumpBed.start([answer(200, "", {}, 1000)], {}, { max_in_flight: 2 });
    await bed.arrive(...["a", "b", "c", "d"].map((name) => queuedPush([name])));
    expect(bed.client.calls).toHaveLength(2);
    await bed.clock.advance(1500);
    expect(bed.client.calls).toHaveLength(3);
  });

  test("goes before what has waited", async () => {
    await using bed = await PumpBed.start([answer(200, "", {}, 1000)], {}, { max_in_flight: 1 });
    await bed.haveWaited(60_000, ...many(3, 1000));
    await bed.arrive(queuedPush(["live"]));
    await bed.clock.advance(1500);
    const kinds = bed.client.calls.map(({ request }) => (request.url.includes("Push") ? "live" : "backlog"));
    expect(kinds.slice(0, 2)).toEqual(["backlog", "live"]);
  });
});

describe("the backlog", () => {
  test("is sent by so many requests at a time, whatever comes just now", async () => {
    await using bed = await PumpBed.start([hang], { concurrency: 4 });
    await bed.haveWaited(60_000, ...many(10, 1000));
    expect(bed.client.calls).toHaveLength(4);
    await bed.arrive(queuedPush(["live"]));
    expect(bed.client.calls).toHaveLength(5);
  });

  test("is sent at the rate that it may be", async () => {
    await using bed = await PumpBed.start([ok], { drain_rate: "100KB/s" });
    await bed.haveWaited(60_000, ...many(100, 10_000));
    await bed.clock.advance(5000);
    const sent = bed.client.calls.length * 10_000;
    expect(sent / 5).toBeGreaterThan(95_000);
    expect(sent / 5).toBeLessThan(115_000);
    await bed.clock.advance(6000);
    expect(bed.profiles).toBe(0);
  });

  test("is sent slower once the destination says that it is too much, and faster again later", async () => {
    const overload = answer(503);
    await using bed = await PumpBed.start([overload, ok], { drain_rate: "100KB/s" });
    await bed.haveWaited(60_000, ...many(200, 10_000));
    await bed.clock.advance(3000);
    expect(bed.pump.drainRate).toBeLessThan(70_000);
    await bed.clock.advance(12_000);
    expect(bed.pump.drainRate).toBe(100_000);
  });

  test("of Push goes in joined requests, one tenant in each", async () => {
    await using bed = await PumpBed.start([ok]);
    const tenant = (name: string) => ({ forwardedHeaders: [["x-scope-orgid", name] as const] });
    await bed.haveWaited(60_000, queuedPush(["first"]));
    await bed.clock.advance(100);
    bed.pump.retire();
    await bed.haveWaited(
      60_000,
      ...["a", "b"].map((name) => queuedPush([name], tenant("1"))),
      ...["c", "d"].map((name) => queuedPush([name], tenant("2"))),
    );
    bed.pump.start();
    await bed.clock.advance(100);
    const tenants = bed.client.calls.map(({ request }) => request.headers["x-scope-orgid"]);
    expect(tenants).toEqual([undefined, "1", "2"]);
    expect(bed.profiles).toBe(0);
  });

  test("is dropped where it is too old, and never sent", async () => {
    await using bed = await PumpBed.start([ok], { max_age: "1m" });
    await bed.haveWaited(60_001, queuedIngest());
    await bed.clock.advance(6000);
    expect([bed.client.calls.length, bed.profiles, bed.drops]).toEqual([0, 0, ["expired 1"]]);
  });

  test("is dropped where it gets too old while the destination is away", async () => {
    await using bed = await PumpBed.start([refused], { max_age: "1m" });
    await bed.haveWaited(30_000, queuedIngest(), queuedIngest());
    await bed.clock.advance(60_000);
    expect([bed.profiles, bed.drops.join()]).toEqual([0, expect.stringContaining("expired")]);
  });
});

describe("while the destination is away", () => {
  const away: Step[] = [...Array.from({ length: 7 }, () => refused), ok];

  test("profiles wait, whatever max_backoff_retries says, and go once it is back", async () => {
    await using bed = await PumpBed.start(away, {}, { max_backoff_retries: 1 });
    await bed.arrive(...many(5, 10));
    expect(bed.profiles).toBe(5);
    await bed.clock.advance(20_000);
    expect(bed.profiles).toBe(0);
  });

  test("one request at a time finds out, and the waits rise", async () => {
    await using bed = await PumpBed.start([refused]);
    await bed.arrive(queuedIngest());
    await bed.clock.advance(60_000);
    const times = seconds(bed);
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(times.length).toBeGreaterThan(6);
    expect(times.length).toBeLessThan(14);
    expect(waits[0]).toBeLessThan(2.1);
    expect(waits.at(-1)).toBeGreaterThan(7.5);
  });

  test("a profile that comes just now finds out too, and its success wakes the backlog at once", async () => {
    await using bed = await PumpBed.start([refused], {}, { max_backoff_period: "5m" });
    await bed.arrive(...many(4, 10));
    await bed.clock.advance(20_000);
    // It may be that something was tried just now.
    await bed.clock.advance(Math.max(0, (bed.client.times.at(-1) ?? 0) + 1000 - bed.clock.now()));
    const before = bed.client.calls.length;
    bed.client.answers = () => ok;
    await bed.arrive(queuedIngest());
    await bed.clock.advance(100);
    expect([bed.client.calls.length - before, bed.profiles]).toEqual([5, 0]);
  });

  test("what it asks to wait is waited", async () => {
    await using bed = await PumpBed.start([answer(429, "", { "retry-after": "30" }), ok]);
    await bed.arrive(queuedIngest());
    await bed.clock.advance(10_000);
    await bed.arrive(queuedIngest());
    await bed.clock.advance(19_900);
    expect(bed.client.calls).toHaveLength(1);
    await bed.clock.advance(200);
    expect(bed.profiles).toBe(0);
  });

  test("a profile that always fails holds up no other", async () => {
    await using bed = await PumpBed.start([ok]);
    const poison = queuedIngest(666);
    bed.client.answers = ({ body }) => (body.byteLength === 666 ? answer(500) : ok);
    await bed.arrive(poison);
    await bed.haveWaited(60_000, ...many(40, 10));
    await bed.clock.advance(20_000);
    expect(bed.profiles).toBe(1);
    await bed.arrive(queuedIngest());
    await bed.clock.advance(3000);
    expect(bed.profiles).toBe(1);
  });
});

describe("a refusal", () => {
  test("of a profile makes it a dead letter, with what was said", async () => {
    await using bed = await PumpBed.start([answer(422, "no pprof"), ok]);
    await bed.arrive(queuedIngest(30));
    await bed.clock.advance(100);
    await bed.arrive(queuedIngest());
    await bed.clock.advance(100);
    expect([bed.client.calls.length, bed.profiles]).toEqual([2, 0]);
    expect(await bed.deadLetters()).toMatchObject([{ reason: "HTTP 422: no pprof", bodyBytes: 30 }]);
    expect(bed.refused).toEqual([{ bytes: 30, samples: 1 }]);
  });

  test("of several series is found out one by one: one bad series takes no other along", async () => {
    await using bed = await PumpBed.start([]);
    bed.client.answers = ({ body }) =>
      Buffer.from(body).includes("bad") ? answer(400, '{"code":"invalid_argument"}') : ok;
    bed.pump.retire();
    await bed.haveWaited(60_000, queuedPush(["a", "bad", "b"]), queuedPush(["c"]));
    bed.pump.start();
    await bed.clock.advance(1000);
    const bodies = bed.client.calls.map(({ request }) => Buffer.from(request.body).toString("latin1"));
    const taken = bodies.filter((body) => !body.includes("bad"));
    expect(taken.map((body) => /service_name..([abc])/s.exec(body)?.[1]).toSorted()).toEqual(["a", "b", "c"]);
    expect(await bed.deadLetters()).toHaveLength(1);
    expect([bed.profiles, bed.refused]).toEqual([0, [{ bytes: 3, samples: 1 }]]);
  });

  test("of whoever sends pauses the endpoint, and costs nothing once that is mended", async () => {
    await using bed = await PumpBed.start([answer(401)], {}, { max_backoff_period: "5m" });
    await bed.arrive(...many(3, 10));
    await bed.clock.advance(200_000);
    expect([bed.client.calls.length, bed.profiles, bed.pump.pause]).toEqual([3, 3, "HTTP 401"]);
    bed.client.answers = () => ok;
    bed.pump.renew();
    await bed.clock.advance(100);
    expect([bed.profiles, bed.pump.pause]).toEqual([0, undefined]);
    expect(await bed.deadLetters()).toEqual([]);
  });

  test("of whoever sends is looked into again after the longest wait", async () => {
    await using bed = await PumpBed.start([answer(404), ok], {}, { max_backoff_period: "5m" });
    await bed.arrive(queuedIngest());
    await bed.clock.advance(299_000);
    expect(bed.client.calls).toHaveLength(1);
    await bed.clock.advance(2000);
    expect(bed.profiles).toBe(0);
  });
});

describe("at the end", () => {
  test("what is under way may finish, and nothing new is begun", async () => {
    await using bed = await PumpBed.start([answer(200, "", {}, 300)], {}, { max_in_flight: 1 });
    await bed.arrive(...many(3, 10));
    const stopped = bed.pump.stop(1000);
    await bed.clock.advance(400);
    await stopped;
    expect([bed.client.calls.length, bed.profiles]).toEqual([1, 2]);
  });

  test("what hangs is given up, and stays queued", async () => {
    await using bed = await PumpBed.start([hang]);
    await bed.arrive(queuedIngest());
    const stopped = bed.pump.stop(1000);
    await bed.clock.advance(1100);
    await stopped;
    expect([bed.client.calls[0]?.outcome, bed.profiles]).toEqual(["canceled", 1]);
  });

  test("a queue in memory is sent without regard to the rate", async () => {
    await using bed = await PumpBed.start([ok], { drain_rate: "1KB/s" });
    await bed.haveWaited(60_000, ...many(200, 1000));
    const drained = bed.pump.drain(10_000);
    await bed.clock.advance(2000);
    await drained;
    expect(bed.profiles).toBe(0);
  });

  test("and what can't be sent in time is left", async () => {
    await using bed = await PumpBed.start([hang]);
    await bed.arrive(...many(20, 10));
    const drained = bed.pump.drain(3000);
    await bed.clock.advance(3000);
    await drained;
    expect(bed.profiles).toBe(20);
  });
});

test("an endpoint that somebody else sends for now gives everything back", async () => {
  await using bed = await PumpBed.start([hang], {}, { max_in_flight: 1 });
  await bed.arrive(...many(3, 10));
  bed.pump.retire();
  expect(bed.pump.headStart(1)).toBeUndefined();
  await settled();
  await bed.clock.advance(100);
  expect(await bed.store.claim("pyroscope.write.w:e", { maxProfiles: 9, maxBytes: 1e6 })).toHaveLength(2);
});

test("what it was about to read when it ended is given back before anybody goes on", async () => {
  await using bed = await PumpBed.start([ok]);
  const { spy, handOut } = lateClaims(bed.store);
  await bed.haveWaited(60_000, queuedIngest());
  expect(spy).toHaveBeenCalledTimes(1);
  await bed.pump.stop(1000);
  const tooEarly = bed.pump.hasGivenBack(500);
  await bed.clock.advance(500);
  expect(await tooEarly).toBe(false);
  const inTime = bed.pump.hasGivenBack(500);
  handOut();
  expect(await inTime).toBe(true);
  await bed.clock.advance(100);
  expect([bed.client.calls.length, bed.store.stats("pyroscope.write.w:e")?.waiting]).toEqual([0, 1]);
});

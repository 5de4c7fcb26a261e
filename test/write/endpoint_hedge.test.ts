import { describe, expect, test } from "bun:test";
import { EndpointBed } from "./endpoint_bed.ts";
import { answer, hang } from "./scripted_client.ts";

const late = answer(200, "", {}, 6000);

function callsOf(bed: EndpointBed) {
  return bed.client.calls.map(({ at, request, outcome }) => [at, request.isFresh, outcome]);
}

describe("an attempt that has no answer after half of its time", () => {
  test("is joined by one on a fresh connection, and the first success wins", async () => {
    const bed = new EndpointBed([hang, answer(200)]);
    expect(await bed.finished(bed.ingest())).toEqual([]);
    expect(callsOf(bed)).toEqual([
      [0, false, "canceled"],
      [5000, true, "answer"],
    ]);
  });

  test("goes on itself, and may be the one that delivers", async () => {
    const bed = new EndpointBed([late, hang]);
    expect(await bed.finished(bed.ingest())).toEqual([]);
    expect(callsOf(bed)).toEqual([
      [0, false, "answer"],
      [5000, true, "canceled"],
    ]);
  });

  test("is waited for where the second fails in a way that may pass", async () => {
    const bed = new EndpointBed([late, answer(503)]);
    expect(await bed.finished(bed.ingest())).toEqual([]);
    expect(bed.client.times).toEqual([0, 5000]);
  });

  test("is cancelled where the second is refused for good", async () => {
    const bed = new EndpointBed([late, answer(400)]);
    expect(await bed.finished(bed.ingest())).toMatchObject([{ attempts: 2, cause: { status: 400 } }]);
    expect(callsOf(bed)[0]).toEqual([0, false, "canceled"]);
  });

  test("and whose second fails as well counts as two", async () => {
    const bed = new EndpointBed([hang], { max_backoff_retries: 2 });
    expect(await bed.finished(bed.ingest({ deadlineAt: 60_000 }))).toMatchObject([
      { attempts: 2, cause: { type: "timeout" } },
    ]);
    expect(bed.client.times).toEqual([0, 5000]);
    expect(await bed.counted("retries")).toBe(1);
  });

  test("has half of less time where the deadline leaves less", async () => {
    const bed = new EndpointBed([hang, answer(200)]);
    await bed.finished(bed.ingest({ deadlineAt: 4000 }));
    expect(bed.client.times).toEqual([0, 2000]);
  });
});

describe("no second attempt joins", () => {
  test("one that has failed before its half time", async () => {
    const bed = new EndpointBed([answer(503), answer(200)]);
    await bed.finished(bed.ingest());
    expect(callsOf(bed)).toEqual([
      [0, false, "answer"],
      [1000, false, "answer"],
    ]);
  });

  test("where one profile has had one", async () => {
    const bed = new EndpointBed([hang], { max_backoff_retries: 0 });
    await bed.finished(bed.ingest({ deadlineAt: 40_000 }));
    const fresh = bed.client.calls.filter(({ request }) => request.isFresh);
    expect(fresh.map(({ at }) => at)).toEqual([5000]);
  });

  test("where max_backoff_retries would be exceeded", async () => {
    const bed = new EndpointBed([hang], { max_backoff_retries: 1 });
    await bed.finished(bed.ingest({ deadlineAt: 60_000 }));
    expect(bed.client.times).toEqual([0]);
  });

  test("where the sender has gone", async () => {
    const bed = new EndpointBed([hang]);
    await bed.finished(bed.ingest({ isSenderGone: () => true }));
    expect(bed.client.times).toEqual([0]);
  });

  test("where max_in_flight requests are under way", async () => {
    const bed = new EndpointBed([late], { max_in_flight: 1 });
    await bed.finished(bed.ingest());
    expect(bed.client.times).toEqual([0]);
  });
});

describe("over many profiles", () => {
  test("ten may come at once", async () => {
    const bed = new EndpointBed([late]);
    const outcomes = Array.from({ length: 15 }, () => bed.ingest());
    await bed.clock.advance(10_000);
    await Promise.all(outcomes);
    expect(bed.client.calls.filter(({ request }) => request.isFresh)).toHaveLength(10);
  });

  test("and then one in ten", async () => {
    const bed = new EndpointBed([late]);
    for (let count = 0; count < 60; count += 1) {
      const outcome = bed.ingest({ deadlineAt: bed.clock.now() + 10_000 });
      await bed.clock.advance(6000);
      await outcome;
    }
    expect(bed.client.calls.filter(({ request }) => request.isFresh).length).toBeWithin(14, 17);
  });
});

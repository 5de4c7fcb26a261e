import { describe, expect, test } from "bun:test";
import { fakeEpochMs } from "../base/fake_clock.ts";
import { EndpointBed } from "./endpoint_bed.ts";
import { answer, hang, refused, reset } from "./scripted_client.ts";

const destination = "pyroscope.write.w http://backend:4040";

test("a profile that is taken is sent once", async () => {
  const bed = new EndpointBed([answer(200)]);
  expect(await bed.ingest()).toEqual([]);
  expect([bed.client.times, bed.outcomes]).toEqual([[0], [undefined]]);
});

test.each([200, 201, 202, 204, 299])("HTTP %d is success", async (status) => {
  expect(await new EndpointBed([answer(status)]).ingest()).toEqual([]);
});

describe("another attempt", () => {
  test("comes after each failure that may pass, until one is taken", async () => {
    const bed = new EndpointBed([answer(503), refused, answer(500), answer(429), answer(408), answer(200)]);
    expect(await bed.finished(bed.ingest())).toEqual([]);
    expect(bed.client.times).toEqual([0, 1000, 2000, 3000, 4000, 5000]);
  });

  test("waits longer each time, between the bounds", async () => {
    const bed = new EndpointBed([answer(503)], {
      min_backoff_period: "500ms",
      max_backoff_period: "3s",
      max_backoff_retries: 5,
    });
    await bed.finished(bed.ingest({ deadlineAt: 60_000 }));
    const waits = bed.client.times.slice(1).map((at, index) => at - (bed.client.times[index] ?? 0));
    expect(waits).toHaveLength(4);
    expect(waits[0]).toBeWithin(500, 1000);
    expect(waits[1]).toBeWithin(1000, 2000);
    expect(waits[2]).toBeWithin(2000, 3000);
    expect(waits[3]).toBeCloseTo(3000);
  });

  test.each([1, 2, 5])("comes until there were %d, which the failure tells", async (limit) => {
    const bed = new EndpointBed([answer(503, "busy")], { max_backoff_retries: limit });
    expect(await bed.finished(bed.ingest())).toEqual([
      { destination, attempts: limit, cause: { type: "answer", status: 503, text: "busy" } },
    ]);
    expect(bed.client.calls).toHaveLength(limit);
  });

  test("comes until the deadline where there is no limit", async () => {
    const bed = new EndpointBed([answer(503)], { max_backoff_retries: 0 });
    await bed.finished(bed.ingest({ deadlineAt: 30_500 }));
    expect(bed.client.calls).toHaveLength(31);
  });

  test("does not begin at the deadline or after it", async () => {
    const bed = new EndpointBed([answer(503)]);
    await bed.finished(bed.ingest({ deadlineAt: 2000 }));
    expect(bed.client.times).toEqual([0, 1000]);
  });

  test("does not come where the failure is final", async () => {
    const bed = new EndpointBed([answer(400, "bad pprof")]);
    expect(await bed.finished(bed.ingest())).toMatchObject([
      { attempts: 1, cause: { status: 400, text: "bad pprof" } },
    ]);
    expect(bed.client.times).toEqual([0]);
  });

  test("comes after a rate limit only where that is asked for", async () => {
    const patient = new EndpointBed([answer(429)], { max_backoff_retries: 2 });
    const impatient = new EndpointBed([answer(429)], { max_backoff_retries: 2, retry_on_http_429: false });
    await Promise.all([patient.finished(patient.ingest()), impatient.finished(impatient.ingest())]);
    expect([patient.client.calls.length, impatient.client.calls.length]).toEqual([2, 1]);
  });

  test.each<[string, number]>([
    ['{"code":"unavailable"}', 2],
    ['{"code":"aborted","message":"x"}', 2],
    ['{"code":"resource_exhausted"}', 2],
    ['{"code":"invalid_argument"}', 1],
    ['{"code":"unauthenticated"}', 1],
    ['{"code":"no_such_code"}', 2],
    ["busy", 2],
  ])("of Push goes by the code in the answer: %s", async (text, attempts) => {
    const bed = new EndpointBed([answer(503, text)], { max_backoff_retries: 2 });
    await bed.finished(bed.push());
    expect(bed.client.calls).toHaveLength(attempts);
  });

  test("of /ingest goes by the status, whatever the answer says", async () => {
    const bed = new EndpointBed([answer(503, '{"code":"invalid_argument"}')], { max_backoff_retries: 2 });
    await bed.finished(bed.ingest());
    expect(bed.client.calls).toHaveLength(2);
  });
});

describe("Retry-After", () => {
  test.each<[string, string, number[]]>([
    ["longer than the wait is kept to", "3", [0, 3000]],
    ["shorter than the wait changes nothing", "0", [0, 1000]],
    ["may be a date", new Date(fakeEpochMs + 4000).toUTCString(), [0, 4000]],
    ["that can't be read changes nothing", "soon", [0, 1000]],
    ["beyond the deadline ends it at once", "11", [0]],
  ])("that is %s", async (_, value, times) => {
    const bed = new EndpointBed([answer(503, "", { "Retry-After": value }), answer(200)]);
    await bed.finished(bed.ingest());
    expect(bed.client.times).toEqual(times);
  });

  test("is told with the failure", async () => {
    const bed = new EndpointBed([answer(503, "", { "Retry-After": "30" })]);
    expect(await bed.finished(bed.ingest())).toMatchObject([{ retryAfterMs: 30_000 }]);
  });
});

describe("the time of an attempt", () => {
  test("is remote_timeout, or what is left of the deadline where that is less", async () => {
    const bed = new EndpointBed([hang], { remote_timeout: "4s", max_backoff_retries: 0 });
    expect(await bed.finished(bed.push())).toMatchObject([{ cause: { type: "timeout" } }]);
    const timeouts = bed.client.calls.map(({ at, request }) => [at, request.timeoutMs]);
    // The second is a hedge of the first.
    expect(timeouts).toEqual([
      [0, 4000],
      [2000, 4000],
      [7000, 3000],
    ]);
  });

  test("is what Push tells the destination", async () => {
    const bed = new EndpointBed([answer(200)], { remote_timeout: "4s" });
    await Promise.all([bed.push(), bed.push({ deadlineAt: 2500.7 })]);
    const told = bed.client.calls.map(({ request }) => request.headers["connect-timeout-ms"]);
    expect(told).toEqual(["4000", "2500"]);
  });

  test("is not told to /ingest", async () => {
    const bed = new EndpointBed([answer(200)]);
    await bed.ingest();
    expect(bed.client.calls[0]?.request.headers).not.toHaveProperty("connect-timeout-ms");
  });
});

describe("a sender who goes away", () => {
  test("after stating no deadline: no further attempt begins", async () => {
    let isGone = false;
    const bed = new EndpointBed([answer(503)]);
    const outcome = bed.ingest({ isSenderGone: () => isGone });
    await bed.clock.advance(1500);
    isGone = true;
    expect(await bed.finished(outcome)).toMatchObject([{ attempts: 2, cause: { status: 503 } }]);
    expect(bed.client.times).toEqual([0, 1000]);
  });

  test("after stating none: the attempt under way may still deliver", async () => {
    const bed = new EndpointBed([answer(200, "", {}, 3000)]);
    expect(await bed.finished(bed.ingest({ isSenderGone: () => true }))).toEqual([]);
    expect(bed.client.times).toEqual([0]);
  });

  test("after stating a deadline: the attempt under way is cancelled", async () => {
    const leave = new AbortController();
    const bed = new EndpointBed([hang]);
    const outcome = bed.push({ canceled: leave.signal, isSenderGone: () => leave.signal.aborted });
    await bed.clock.advance(100);
    leave.abort();
    expect(await outcome).toMatchObject([{ attempts: 1, cause: { type: "local", code: "canceled" } }]);
    expect(bed.client.calls.map(({ outcome: ended }) => ended)).toEqual(["canceled"]);
  });

  test("after stating a deadline: a wait ends at once", async () => {
    const leave = new AbortController();
    const bed = new EndpointBed([answer(503)]);
    const outcome = bed.push({ canceled: leave.signal });
    await bed.clock.advance(500);
    leave.abort();
    expect(await outcome).toHaveLength(1);
    expect(bed.clock.now()).toBe(500);
  });
});

test("where the component must end, what is under way is cancelled", async () => {
  const bed = new EndpointBed([hang]);
  const outcome = bed.ingest();
  await bed.clock.advance(100);
  bed.ending.abort();
  expect(await outcome).toHaveLength(1);
  expect(bed.client.calls[0]?.outcome).toBe("canceled");
});

describe("a connection that is reset", () => {
  test("after it was used before is tried again at once on a fresh one, uncounted", async () => {
    const bed = new EndpointBed([answer(200), reset, answer(200)], { max_backoff_retries: 1 });
    await bed.ingest();
    expect(await bed.ingest()).toEqual([]);
    expect(bed.client.calls.map(({ at, request }) => [at, request.isFresh])).toEqual([
      [0, false],
      [0, false],
      [0, true],
    ]);
  });

  test("again is a failure like any other", async () => {
    const bed = new EndpointBed([answer(200), reset, reset, answer(200)]);
    await bed.ingest();
    expect(await bed.finished(bed.ingest())).toEqual([]);
    expect(bed.client.times).toEqual([0, 0, 0, 1000]);
  });

  test("is tried again at once only once for each profile", async () => {
    const bed = new EndpointBed([answer(200), reset, answer(503), reset, answer(200)]);
    await bed.ingest();
    expect(await bed.finished(bed.ingest())).toEqual([]);
    expect(bed.client.times).toEqual([0, 0, 0, 1000, 2000]);
  });

  test("on its first use is a failure like any other", async () => {
    const bed = new EndpointBed([reset], { max_backoff_retries: 1 });
    expect(await bed.finished(bed.ingest())).toMatchObject([{ attempts: 1, cause: { type: "connection" } }]);
    expect(bed.client.calls).toHaveLength(1);
  });
});

test("the metrics count profiles, bytes and attempts after the first", async () => {
  const bed = new EndpointBed([answer(503), answer(200), answer(400)]);
  await bed.finished(bed.ingest());
  await bed.ingest();
  expect(
    await Promise.all(["sent_profiles", "sent_bytes", "retries"].map((name) => bed.counted(name))),
  ).toEqual([1, 3, 1]);
  expect(await Promise.all(["dropped_profiles", "dropped_bytes"].map((name) => bed.counted(name)))).toEqual([
    1, 3,
  ]);
});

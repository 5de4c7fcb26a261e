import { expect, test } from "bun:test";
import { EndpointBed } from "./endpoint_bed.ts";
import { answer, hang } from "./scripted_client.ts";

const slow = answer(200, "", {}, 3000);

test("no more than max_in_flight requests are under way, first come, first served", async () => {
  const bed = new EndpointBed([slow], { max_in_flight: 2 });
  const outcomes = Array.from({ length: 5 }, () => bed.ingest({ deadlineAt: 60_000 }));
  await bed.clock.advance(9000);
  expect(await Promise.all(outcomes)).toEqual([[], [], [], [], []]);
  expect(bed.client.times).toEqual([0, 0, 3000, 3000, 6000]);
});

test("a profile that waits gives up at its deadline, without an attempt", async () => {
  const bed = new EndpointBed([hang], { max_in_flight: 1 });
  const first = bed.ingest();
  const second = bed.ingest({ deadlineAt: 4000 });
  await bed.clock.advance(4000);
  expect(await second).toEqual([
    {
      destination: "pyroscope.write.w http://backend:4040",
      attempts: 0,
      cause: {
        type: "local",
        code: "deadline_exceeded",
        text: "max_in_flight requests were under way all the time",
      },
    },
  ]);
  await bed.finished(first);
});

test("a profile whose sender leaves waits no longer", async () => {
  const leave = new AbortController();
  const bed = new EndpointBed([slow], { max_in_flight: 1 });
  const first = bed.ingest();
  const second = bed.push({ canceled: leave.signal });
  await bed.clock.advance(100);
  leave.abort();
  expect(await second).toMatchObject([{ attempts: 0, cause: { code: "canceled" } }]);
  await bed.finished(first);
  expect(bed.client.times).toEqual([0]);
});

test("a wait between two attempts holds no place", async () => {
  const bed = new EndpointBed([answer(503), answer(200)], { max_in_flight: 1 });
  const first = bed.ingest();
  await bed.clock.advance(500);
  expect(await bed.ingest()).toEqual([]);
  expect(await bed.finished(first)).toEqual([]);
  expect(bed.client.times).toEqual([0, 500, 1000]);
});

test("a place is free again however an attempt has ended", async () => {
  const bed = new EndpointBed([hang, answer(400), answer(200)], { max_in_flight: 1, max_backoff_retries: 1 });
  await bed.finished(bed.ingest());
  const deadlineAt = bed.clock.now() + 10_000;
  expect(await bed.ingest({ deadlineAt })).toHaveLength(1);
  expect(await bed.ingest({ deadlineAt })).toEqual([]);
});

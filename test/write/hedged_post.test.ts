import { expect, test } from "bun:test";
import { Roster } from "../../src/base/roster.ts";
import type { PostResult } from "../../src/http/http_client.ts";
import { HedgedPost, isSuccess } from "../../src/write/hedged_post.ts";
import { FakeClock } from "../base/fake_clock.ts";

const busy: PostResult = { type: "answer", status: 503, headers: new Headers(), text: "" };

function race(clock: FakeClock, post: (isFresh: boolean, abort: AbortController) => Promise<PostResult>) {
  const racer = { post, tryHedge: () => true, isFinal: () => false };
  return new HedgedPost(racer).run({ hedgeAfterMs: 100, clock, roster: new Roster(), canceled: undefined });
}

test("where both fail the last result counts", async () => {
  const clock = new FakeClock();
  const result = race(clock, (isFresh) => {
    return new Promise((resolve) => {
      clock.schedule(150, () => resolve(isFresh ? busy : { type: "timeout" }));
    });
  });
  await clock.advance(1000);
  expect(await result).toBe(busy);
});

test("nothing is left waiting after it is over", async () => {
  const clock = new FakeClock();
  expect(await race(clock, async () => busy)).toBe(busy);
  expect(clock.pending).toBe(0);
});

test("a defect in an attempt is told, and does not wait for ever", async () => {
  const failing = race(new FakeClock(), () => Promise.reject(new Error("a defect")));
  await expect(failing).rejects.toThrow("a defect");
});

test("a defect in the second attempt ends the first, and is told", async () => {
  const clock = new FakeClock();
  const failing = race(clock, (isFresh, abort) => {
    if (isFresh) return Promise.reject(new Error("a defect"));
    return new Promise((resolve) => {
      abort.signal.addEventListener("abort", () => resolve({ type: "canceled" }));
    });
  });
  const told = failing.catch((thrown) => thrown);
  await clock.advance(100);
  expect(await told).toEqual(new Error("a defect"));
});

test("one that fails for good while the second is under way cancels it", async () => {
  const clock = new FakeClock();
  const canceled: boolean[] = [];
  const racer = {
    tryHedge: () => true,
    isFinal: (result: PostResult) => result.type === "answer",
    post: (isFresh: boolean, abort: AbortController) =>
      new Promise<PostResult>((resolve) => {
        abort.signal.addEventListener("abort", () => {
          canceled.push(isFresh);
          resolve({ type: "canceled" });
        });
        if (!isFresh) clock.schedule(150, () => resolve(busy));
      }),
  };
  const roster = new Roster<HedgedPost>();
  const result = new HedgedPost(racer).run({ hedgeAfterMs: 100, clock, roster, canceled: undefined });
  expect(roster.size).toBe(1);
  await clock.advance(200);
  expect([await result, canceled, roster.size]).toEqual([busy, [true], 0]);
});

test.each<[PostResult, boolean]>([
  [{ ...busy, status: 200 }, true],
  [{ ...busy, status: 299 }, true],
  [{ ...busy, status: 300 }, false],
  [{ ...busy, status: 199 }, false],
  [busy, false],
  [{ type: "timeout" }, false],
])("%j is success: %p", (result, wanted) => {
  expect(isSuccess(result)).toBe(wanted);
});

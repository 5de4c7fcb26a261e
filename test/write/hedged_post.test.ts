import { expect, test } from "bun:test";
import type { PostResult } from "../../src/http/http_client.ts";
import { HedgedPost, isSuccess } from "../../src/write/hedged_post.ts";
import { FakeClock } from "../base/fake_clock.ts";

const busy: PostResult = { type: "answer", status: 503, headers: new Headers(), text: "" };

function race(clock: FakeClock, post: (isFresh: boolean, abort: AbortController) => Promise<PostResult>) {
  const race = { hedgeAfterMs: 100, tryHedge: () => true, isFinal: () => false, clock };
  return new HedgedPost({ ...race, post }).run();
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

import { describe, expect, test } from "bun:test";
import type { Outcome } from "../../src/profile/failure_report.ts";
import { DeliveryPlan, fanOut, type Receiver } from "../../src/profile/receiver.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { ingestProfile, requestContext } from "./sample_profiles.ts";

const failed: Outcome = [{ destination: "w", attempts: 1, cause: { type: "timeout" } }];

function newPlan(clock = new FakeClock()): DeliveryPlan {
  return new DeliveryPlan(requestContext(), clock);
}

/** A receiver that notes what it sends. */
function sink(sent: string[], name: string, outcome: Outcome = []): Receiver {
  return {
    plan: (_, plan) =>
      plan.add({
        send: async () => {
          sent.push(name);
          return outcome;
        },
      }),
  };
}

const invalid: Receiver = { plan: (_, plan) => plan.reject("the labels are wrong") };

test("every branch is sent to", async () => {
  const sent: string[] = [];
  const plan = newPlan();
  fanOut([sink(sent, "a"), fanOut([sink(sent, "b"), sink(sent, "c")])]).plan(ingestProfile(), plan);
  expect(await plan.send()).toEqual([]);
  expect(sent.sort()).toEqual(["a", "b", "c"]);
});

test("planning sends nothing", () => {
  const sent: string[] = [];
  const plan = newPlan();
  sink(sent, "a").plan(ingestProfile(), plan);
  expect([sent, plan.isEmpty]).toEqual([[], false]);
});

test("one invalid branch is known before anything is sent", () => {
  const plan = newPlan();
  fanOut([sink([], "a"), invalid, sink([], "b")]).plan(ingestProfile(), plan);
  expect(plan.problem).toBe("the labels are wrong");
});

test("of several problems the first is told", () => {
  const plan = newPlan();
  plan.reject("first");
  plan.reject("second");
  expect(plan.problem).toBe("first");
});

test("a diamond sends along both of its ways", async () => {
  const sent: string[] = [];
  const end = sink(sent, "end");
  const middle = (): Receiver => ({ plan: (profile, plan) => end.plan(profile, plan) });
  const plan = newPlan();
  fanOut([middle(), middle()]).plan(ingestProfile(), plan);
  await plan.send();
  expect(sent).toEqual(["end", "end"]);
});

test("an empty plan succeeds", async () => {
  const plan = newPlan();
  expect([plan.isEmpty, await plan.send()]).toEqual([true, []]);
});

test("failures of all branches come together, and no branch waits for another", async () => {
  const clock = new FakeClock();
  const plan = newPlan(clock);
  const slow = Promise.withResolvers<Outcome>();
  plan.add({ send: () => slow.promise });
  plan.add({ send: async () => failed });
  const outcome = plan.send();
  slow.resolve(failed);
  expect(await outcome).toEqual([...failed, ...failed]);
});

describe("a branch is told", () => {
  /** A plan with two branches: one that takes 2 s and succeeds, one that takes 5 s and fails in part. */
  function observedPlan(clock: FakeClock) {
    const told: [string, number, boolean][] = [];
    const plan = newPlan(clock);
    const after = (ms: number, outcome: Outcome) => () =>
      new Promise<Outcome>((resolve) => {
        clock.schedule(ms, () => resolve(outcome));
      });
    plan.branch(
      (seconds, isDelivered) => told.push(["fast", seconds, isDelivered]),
      () => plan.add({ send: after(2000, []) }),
    );
    plan.branch(
      (seconds, isDelivered) => told.push(["slow", seconds, isDelivered]),
      () => {
        plan.add({ send: after(1000, []) });
        plan.add({ send: after(5000, failed) });
      },
    );
    return { plan, told };
  }

  test("how long it took, and whether all of it was delivered", async () => {
    const clock = new FakeClock();
    const { plan, told } = observedPlan(clock);
    const outcome = plan.send();
    await clock.advance(5000);
    expect(await outcome).toEqual(failed);
    expect(told).toEqual([
      ["fast", 2, true],
      ["slow", 5, false],
    ]);
  });

  test("at once, and of success, where it adds nothing", async () => {
    const plan = newPlan();
    const told: [number, boolean][] = [];
    plan.branch(
      (seconds, isDelivered) => told.push([seconds, isDelivered]),
      () => {},
    );
    plan.add({ send: async () => failed });
    expect(await plan.send()).toEqual(failed);
    expect(told).toEqual([[0, true]]);
  });
});

test("a fan-out to one receiver is that receiver", () => {
  const only = sink([], "only");
  expect(fanOut([only])).toBe(only);
});

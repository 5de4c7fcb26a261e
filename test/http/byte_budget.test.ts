import { expect, test } from "bun:test";
import fc from "fast-check";
import { ByteBudget, HeldBytes } from "../../src/http/byte_budget.ts";

test("what is taken is missing until it is given back", () => {
  const budget = new ByteBudget(10);
  expect([budget.tryTake(6), budget.tryTake(5), budget.free]).toEqual([true, false, 4]);
  budget.giveBack(6);
  expect(budget.free).toBe(10);
});

test("a smaller limit counts at once, whatever is out", () => {
  const budget = new ByteBudget(10);
  budget.tryTake(8);
  budget.resize(-5);
  expect([budget.free, budget.tryTake(1)]).toEqual([-3, false]);
  budget.giveBack(8);
  expect([budget.free, budget.tryTake(5)]).toEqual([5, true]);
});

test("promised bytes leave half of the budget to those that are there", () => {
  const budget = new ByteBudget(10);
  const held = new HeldBytes(budget);
  expect([held.tryPromise(4), held.tryPromise(2), budget.free]).toEqual([true, false, 6]);
  expect([held.tryHold(4), held.tryPromise(1), held.tryHold(2), budget.free]).toEqual([true, false, true, 0]);
  held.release();
  expect([budget.free, held.tryPromise(1)]).toEqual([10, false]);
});

test("after its release a request holds nothing, and can't again", () => {
  const budget = new ByteBudget(10);
  const held = new HeldBytes(budget);
  expect([held.tryHold(4), held.tryHold(7), held.tryHold(6), budget.free]).toEqual([true, false, true, 0]);
  held.release();
  expect([budget.free, held.tryHold(1), budget.free]).toEqual([10, false, 10]);
  held.release();
  expect(budget.free).toBe(10);
});

test("whatever requests do, the budget is never overdrawn and whole at the end", () => {
  const step = fc.record({
    request: fc.nat(4),
    bytes: fc.nat(60),
    isPromise: fc.boolean(),
    isEnd: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const budget = new ByteBudget(100);
      const requests = Array.from({ length: 5 }, () => new HeldBytes(budget));
      for (const { request, bytes, isPromise, isEnd } of steps) {
        if (isEnd) requests[request]?.release();
        else if (isPromise) requests[request]?.tryPromise(bytes);
        else requests[request]?.tryHold(bytes);
        expect(budget.free).toBeWithin(0, 101);
      }
      for (const request of requests) request.release();
      expect(budget.free).toBe(100);
    }),
  );
});

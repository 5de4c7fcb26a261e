import { expect, test } from "bun:test";
import { HedgeBudget } from "../../src/write/hedge_budget.ts";

function takenOf(budget: HedgeBudget, tries: number): number {
  return Array.from({ length: tries }, () => budget.tryTake()).filter((isTaken) => isTaken).length;
}

test("ten come in a row", () => {
  expect(takenOf(new HedgeBudget(), 50)).toBe(10);
});

test("then each ten requests allow one more", () => {
  const budget = new HedgeBudget();
  takenOf(budget, 50);
  const taken = Array.from({ length: 200 }, () => {
    budget.count();
    return budget.tryTake();
  });
  expect(taken.filter((isTaken) => isTaken).length).toBeWithin(19, 21);
});

test("a long time without any saves up no more than ten", () => {
  const budget = new HedgeBudget();
  for (let request = 0; request < 10_000; request += 1) budget.count();
  expect(takenOf(budget, 50)).toBe(10);
});

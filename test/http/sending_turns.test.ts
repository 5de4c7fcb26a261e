import { expect, test } from "bun:test";
import { SendingTurns } from "../../src/http/sending_turns.ts";

/** Begins `count` requests; tells how many may leave at once. */
function begin(turns: SendingTurns, count: number): { free: number; waiting: Promise<void>[] } {
  const begun = Array.from({ length: count }, () => {
    turns.begin();
    return turns.next();
  });
  const waiting = begun.filter((turn) => turn !== undefined);
  return { free: count - waiting.length, waiting };
}

test("few leave at once; in a crowd the others leave together, a turn later", async () => {
  const turns = new SendingTurns();
  const { free, waiting } = begin(turns, 40);
  expect([free, waiting.length, new Set(waiting).size]).toEqual([16, 24, 1]);
  await Promise.all(waiting);
  expect(begin(turns, 1).waiting).not.toContain(waiting[0] as Promise<void>);
});

test("who ends makes room for one that need not wait", () => {
  const turns = new SendingTurns();
  begin(turns, 16);
  expect(begin(turns, 1).free).toBe(0);
  turns.end();
  turns.end();
  expect(begin(turns, 1).free).toBe(1);
});

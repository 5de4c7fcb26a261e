import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Listed, Roster } from "../../src/base/roster.ts";

function members(count: number): Listed[] {
  return Array.from({ length: count }, () => ({ rosterIndex: -1 }));
}

test("whatever comes and goes, it holds just who is there", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 60 }), (moves) => {
      const all = members(10);
      const roster = new Roster<Listed>();
      const present = new Set<Listed>();
      for (const move of moves) {
        const member = all[move] as Listed;
        if (present.delete(member)) roster.remove(member);
        else {
          roster.add(member);
          present.add(member);
        }
        expect(roster.size).toBe(present.size);
        expect(new Set(roster.members())).toEqual(present);
      }
    }),
  );
});

test("those that are walked through may leave meanwhile", () => {
  const roster = new Roster<Listed>();
  for (const member of members(3)) roster.add(member);
  for (const member of roster.members()) roster.remove(member);
  expect(roster.size).toBe(0);
});

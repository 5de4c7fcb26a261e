import { expect, test } from "bun:test";
import { newestFirst } from "../../../src/admin/store/newest_first.ts";

test("stored profiles are in the order of their times, then of their ids, the newest first", () => {
  const times: readonly (readonly [id: string, receivedAt: number])[] = [
    ["a", 1],
    ["b", 2],
    ["c", 2],
    ["d", 0],
  ];
  const profiles = times.map(([id, received_at]) => ({ id, received_at }));
  expect(profiles.toSorted(newestFirst).map(({ id }) => id)).toEqual(["c", "b", "a", "d"]);
});

import { expect, test } from "bun:test";
import { topFunctions } from "./cpu_profile.ts";

function node(id: number, functionName: string, url: string, lineNumber: number) {
  return { id, callFrame: { functionName, url, lineNumber } };
}

test("functions are ordered by their own samples, wherever they were called from", () => {
  const profile = {
    nodes: [
      node(1, "(root)", "", -1),
      node(2, "send", "file:///src/send.ts", 9),
      node(3, "", "file:///src/read.ts", 0),
      node(4, "send", "file:///src/send.ts", 9),
    ],
    samples: [2, 3, 4, 4],
  };
  expect(topFunctions(profile, 2)).toEqual([
    { name: "send", place: "/src/send.ts:10", share: 0.75 },
    { name: "(anonymous)", place: "/src/read.ts:1", share: 0.25 },
  ]);
  expect(topFunctions(profile, 1)).toHaveLength(1);
});

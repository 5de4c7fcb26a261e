import { describe, expect, test } from "bun:test";
import { CodedError } from "../../src/base/failure.ts";
import { parseWorkerCount } from "../../src/cli/worker_count.ts";
import { coreLimit } from "../../src/http/core_limit.ts";

function problemOf(text: string, platform: NodeJS.Platform = "linux"): string {
  try {
    return String(parseWorkerCount(text, platform));
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    return thrown.message;
  }
}

describe("a number of workers", () => {
  test("is a whole number", () => {
    expect(["1", "2", "64"].map((text) => parseWorkerCount(text, "linux"))).toEqual([1, 2, 64]);
  });

  test.each(["0", "65", "-1", "1.5", "2 ", "", "two", "1e1", "0x2", "999999999999"])("is not %p", (text) => {
    expect(problemOf(text)).toBe("Expected a whole number from 1 to 64, or auto.");
  });

  test("is that of the cores where it is auto, 8 at most", () => {
    expect(parseWorkerCount("auto", "linux")).toBe(Math.min(8, Math.ceil(coreLimit())));
  });

  test("is 1 where the system can't spread connections", () => {
    expect([problemOf("auto", "darwin"), problemOf("1", "win32")]).toEqual(["1", "1"]);
    expect(problemOf("2", "darwin")).toBe("More than one needs Linux, which spreads connections over them.");
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseWrk } from "./wrk.ts";

const printed = `Running 1s test @ http://127.0.0.1:4040
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.50ms    1.20ms  20.00ms   90.00%
  33521 requests in 1.01s, 4.70MB read
Requests/sec:  33189.10
bench: 33521 1010000 3 2 1 1480 5120 20001
`;

describe("what wrk printed", () => {
  test("is read from the script's line", () => {
    expect(parseWrk(printed)).toEqual({
      requests: 33_521,
      seconds: 1.01,
      badStatuses: 3,
      brokenConnections: 2,
      timeouts: 1,
      p50Ms: 1.48,
      p99Ms: 5.12,
      maxMs: 20.001,
    });
  });

  test.each([
    "",
    "unable to connect to 127.0.0.1:4040 Connection refused",
    "bench: 1 2 3",
    "bench: 1 2 3 4 5 6 7 8 9",
    "bench: 1 2 3 4 5 6 7 nan",
    "bench: 1 2 3 4 5 6 7 ",
  ])("%p is no result", (output) => {
    expect(() => parseWrk(output)).toThrow("wrk printed no result");
  });

  test("comes back as it was, whatever stands around it", () => {
    const eight = fc.array(fc.nat(), { minLength: 8, maxLength: 8 });
    const text = fc.string().filter((one) => !one.includes("bench:"));
    fc.assert(
      fc.property(eight, text, text, (numbers, before, after) => {
        const run = parseWrk(`${before}\nbench: ${numbers.join(" ")}\n${after}`);
        expect([run.requests, run.badStatuses, run.brokenConnections, run.timeouts]).toEqual(
          [0, 2, 3, 4].map((index) => numbers[index] ?? Number.NaN),
        );
        expect(run.maxMs * 1000).toBeCloseTo(numbers[7] ?? Number.NaN, 3);
      }),
    );
  });
});

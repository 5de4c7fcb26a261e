import { expect, test } from "bun:test";
import fc from "fast-check";
import { LineRing } from "../../src/telemetry/line_ring.ts";
import { createLogger } from "../../src/telemetry/log.ts";

test("the last lines are kept, the oldest first", () => {
  const ring = new LineRing();
  for (let index = 0; index < 5000; index += 1) ring.add(`line ${index}\n`);
  expect([ring.lines.length, ring.lines[0], ring.lines.at(-1)]).toEqual([2000, "line 3000", "line 4999"]);
});

test("lines of any length take no more than half a MiB", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20_000), { minLength: 100, maxLength: 300 }), (lengths) => {
      const ring = new LineRing();
      for (const length of lengths) ring.add("ä".repeat(length));
      expect(Buffer.byteLength(ring.lines.join(""))).toBeLessThanOrEqual(512 * 1024);
      expect(ring.lines.at(-1)?.length).toBe(Math.min(4096, lengths.at(-1) ?? 0));
    }),
    { numRuns: 20 },
  );
});

test("a log keeps what it wrote, its children's lines too", () => {
  const written: string[] = [];
  const log = createLogger("info", "logfmt", (line) => written.push(line.trimEnd()));
  log.debug("not this");
  log.info("this");
  log.child({ component_id: "x" }).warn("and this");
  expect(log.lastLines).toEqual(written);
  expect(log.lastLines).toEqual([
    expect.stringMatching(/msg=this$/),
    expect.stringMatching(/msg="and this"/),
  ]);
});

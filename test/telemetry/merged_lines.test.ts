import { expect, test } from "bun:test";
import { createLogger, type LogFormat } from "../../src/telemetry/log.ts";
import { mergeLines } from "../../src/telemetry/merged_lines.ts";

function line(format: LogFormat, second: number, msg: string): string {
  const ts = `2026-01-02T03:04:0${second}.000Z`;
  return format === "json"
    ? JSON.stringify({ level: "info", ts, worker: 0, msg })
    : `ts=${ts} level=info msg=${msg}`;
}

test.each(["logfmt", "json"] as const)(
  "lines of several logs follow one another by their times in %s",
  (format) => {
    const one = [line(format, 1, "ts=9"), line(format, 3, "c"), line(format, 3, "d")];
    const other = [line(format, 2, "b"), line(format, 4, "e")];
    const merged = mergeLines([one, other]);
    expect(merged).toEqual([one[0], other[0], one[1], one[2], other[1]].map(String));
  },
);

test("the time is found in what the log writes", () => {
  const written = (["logfmt", "json"] as const).map((format) => {
    const lines: string[] = [];
    createLogger("debug", format, (text) => lines.push(text), { worker: 1 }).error("x");
    return lines;
  });
  const early = [line("json", 1, "early")];
  expect(mergeLines([...written, early])[0]).toBe(String(early[0]));
});

import { describe, expect, test } from "bun:test";
import { Secret } from "../../src/base/secret.ts";
import {
  createLogger,
  isLogLevel,
  type LogFormat,
  type LogLevel,
  type RootLogger,
} from "../../src/telemetry/log.ts";

function recorded(level: LogLevel, format: LogFormat): { log: RootLogger; lines: string[] } {
  const lines: string[] = [];
  return { log: createLogger(level, format, (line) => lines.push(line)), lines };
}

function sayAll(log: RootLogger): void {
  log.debug("d");
  log.info("i");
  log.warn("w");
  log.error("e");
}

test.each<[LogLevel, number]>([
  ["debug", 4],
  ["info", 3],
  ["warn", 2],
  ["error", 1],
])("at level %s %d of four lines are written", (level, count) => {
  const { log, lines } = recorded(level, "json");
  sayAll(log);
  expect(lines).toHaveLength(count);
});

test("the level can be changed while it runs, for children too that come later", () => {
  const { log, lines } = recorded("error", "logfmt");
  log.info("unseen");
  log.level = "info";
  log.child({ component_id: "c" }).info("seen");
  expect(log.level).toBe("info");
  expect(lines).toEqual([expect.stringMatching(/^ts=\S+Z level=info msg=seen component_id=c\n$/)]);
});

test("JSON lines hold time, level, message and fields", () => {
  const { log, lines } = recorded("info", "json");
  log.child({ component_id: "c" }).warn("odd", { n: 1 });
  expect(lines[0]).toEndWith("\n");
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    level: "warn",
    ts: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    component_id: "c",
    n: 1,
    msg: "odd",
  });
});

describe.each<LogFormat>(["json", "logfmt"])("in the format %s", (format) => {
  test("a secret is not shown, however deep it lies", () => {
    const { log, lines } = recorded("info", format);
    log.info("auth", { secret: new Secret("hunter2"), nested: { list: [new Secret("hunter2")] } });
    expect(lines.join("")).toContain("(secret)");
    expect(lines.join("")).not.toContain("hunter2");
  });

  test("what a stranger said stays in one line", () => {
    const { log, lines } = recorded("info", format);
    log.info("bad\nname", { reason: 'x\nlevel=error msg="forged"' });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.indexOf("\n")).toBe((lines[0]?.length ?? 0) - 1);
  });
});

test("levels are known by their words", () => {
  expect(["debug", "info", "warn", "error", "trace", "INFO", 1, undefined].map(isLogLevel)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

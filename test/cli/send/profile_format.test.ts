import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { CodedError } from "../../../src/base/failure.ts";
import { readJfr } from "../../../src/cli/send/jfr_summary.ts";
import { profileKind, readPprof } from "../../../src/cli/send/pprof_summary.ts";
import { readContent } from "../../../src/cli/send/profile_format.ts";
import { parseTime } from "../../../src/cli/send/time_argument.ts";
import { folded, javaJfr, nodePprof, plainJfr, pprofOf } from "./samples.ts";

const text = (words: string) => Buffer.from(words);

describe("what a file is, is told by its content", () => {
  test.each<[string, Uint8Array, string]>([
    ["pprof as Node's SDK writes it, gzipped", nodePprof, "pprof"],
    ["pprof that is not compressed", pprofOf(["cpu"]), "pprof"],
    ["pprof without samples", pprofOf(["goroutine"]), "pprof"],
    ["a recording of Java's agent, gzipped", javaJfr, "jfr"],
    ["a recording that is not compressed", plainJfr, "jfr"],
    ["folded stacks", folded, "folded"],
    ["folded stacks, gzipped", gzipSync(folded), "folded"],
    ["folded stacks with Windows' line ends", text("main;work 12\r\nmain;idle 3\r\n"), "folded"],
  ])("%s", (_, bytes, format) => {
    expect(readContent(bytes, undefined).format).toBe(format as "pprof");
  });

  test.each<[string, Uint8Array, string]>([
    ["nothing", text(""), "it is empty"],
    ["noise", new Uint8Array([0, 1, 2, 255]), "its format is not known"],
    ["gzip that is cut off", nodePprof.subarray(0, 100), "it is damaged or cut off"],
    ["pprof's text", text("goroutine profile: total 10\n1 @ 0x43\n"), "fetch it without ?debug=1"],
    ["JSON", text('{"nodes": []}'), "it is JSON"],
    ["a web page", text("<!doctype html><title>404</title>"), "it is a web page"],
    ["perf script", text("java 123 [000] 1.0: 1 cycles:\n\tabc main\n"), "stackcollapse-perf.pl"],
    ["other text", text("hello\n"), "it is text, and not all of its lines are stacks"],
  ])("%s is refused with what it looks like", (_, bytes, problem) => {
    expect(() => readContent(bytes, undefined)).toThrow(problem);
  });

  test("what it is said to be must be so", () => {
    expect(() => readContent(nodePprof, "jfr")).toThrow("it is pprof, and --format says jfr");
    expect(() => readContent(text("hello"), "pprof")).toThrow("it is not pprof, as --format says");
  });

  test("no bytes do harm", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(plainJfr.length).map((length) => plainJfr.subarray(0, length)),
      fc.uint8Array({ maxLength: 100 }).map((more) => Buffer.concat([pprofOf(["cpu"]), more])),
    );
    fc.assert(
      fc.property(bytes, (some) => {
        let failure: unknown;
        try {
          readContent(some, undefined);
        } catch (thrown) {
          failure = thrown;
        }
        expect([undefined, CodedError]).toContain(failure?.constructor as typeof CodedError | undefined);
      }),
    );
  });
});

describe("when a profile was made", () => {
  test("stands in pprof", () => {
    expect(readPprof(pprofOf(["cpu"], 1_700_000_000_123, 10_000))).toEqual({
      sampleTypes: ["cpu"],
      startMs: 1_700_000_000_123,
      durationMs: 10_000,
    });
  });

  test("stands in every chunk of a recording", () => {
    const one = readJfr(plainJfr);
    const two = readJfr(Buffer.concat([plainJfr, plainJfr]));
    // The agent recorded from 1795337233 s on, for 5 s, as the request that the recording is from says.
    expect(one?.startMs).toBeWithin(1_795_337_232_000, 1_795_337_239_000);
    expect(one?.durationMs).toBeWithin(1000, 7000);
    expect(two).toEqual(one);
  });
});

test.each<[readonly string[], string | undefined]>([
  [["samples", "cpu"], "process_cpu"],
  [["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"], "memory"],
  [["goroutine"], "goroutines"],
  [["sample", "wall"], "wall"],
  [["objects", "space"], "memory"],
  [["contentions", "delay"], undefined],
  [[], undefined],
])("a profile of %j is of the kind %p", (sampleTypes, kind) => {
  expect(profileKind({ sampleTypes, startMs: 0, durationMs: 0 })).toBe(kind);
});

describe("times", () => {
  const now = 1_700_000_000_000;

  test.each<[string, number | undefined]>([
    ["now", now],
    ["now-1h", now - 3_600_000],
    ["1700000000", now],
    ["1700000000123", now + 123],
    ["1700000000123456", now + 123.456],
    ["1700000000123000000", now + 123],
    ["2023-11-14T22:13:20Z", now],
    ["2023-11-14T23:13:20+01:00", now],
    ["now+1h", undefined],
    ["now--1h", undefined],
    ["yesterday", undefined],
    ["1", 1000],
    ["1700000000.5", undefined],
    ["2023-13-40", undefined],
    ["", undefined],
  ])("%j", (written, ms) => {
    expect(parseTime(written, now)).toBe(ms);
  });

  test("of any text are a number or nothing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^(now-)?[\d:TZ.+-]{1,25}$/)), (written) => {
        const ms = parseTime(written, now);
        expect(ms === undefined || Number.isFinite(ms)).toBe(true);
      }),
    );
  });
});

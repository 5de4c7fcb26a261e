import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { setTraceHeaders, traceOf } from "../../src/profile/trace_context.ts";
import { anyText } from "../base/any_text.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const sampled = { traceId, spanId, isSampled: true };

describe("the sender's trace is continued", () => {
  test.each([
    ["traceparent", `00-${traceId}-${spanId}-01`, null, sampled],
    ["traceparent, not sampled", `00-${traceId}-${spanId}-00`, null, { ...sampled, isSampled: false }],
    ["traceparent of a later version", `cc-${traceId}-${spanId}-01-what-comes-then`, null, sampled],
    ["uber-trace-id", null, `${traceId}:${spanId}:0:1`, sampled],
    ["uber-trace-id, not sampled", null, `${traceId}:${spanId}:0:0`, { ...sampled, isSampled: false }],
    ["uber-trace-id in debug mode", null, `${traceId}:${spanId}:0:3`, sampled],
    [
      "a short uber-trace-id",
      null,
      "ABC:1:0:1",
      { traceId: "abc".padStart(32, "0"), spanId: "1".padStart(16, "0"), isSampled: true },
    ],
    ["traceparent before uber-trace-id", `00-${traceId}-${spanId}-01`, "1:2:0:0", sampled],
    ["uber-trace-id where traceparent can't be read", "nonsense", `${traceId}:${spanId}:0:1`, sampled],
  ])("%s", (_, traceparent, uberTraceId, expected) => {
    expect(traceOf(traceparent, uberTraceId)).toEqual(expected);
  });
});

describe("a new, unsampled trace is begun", () => {
  test.each([
    ["without any header", null, null],
    ["after a traceparent of zeros", `00-${"0".repeat(32)}-${spanId}-01`, null],
    ["after a span of zeros", `00-${traceId}-${"0".repeat(16)}-01`, null],
    ["after a short traceparent", `00-${traceId.slice(1)}-${spanId}-01`, null],
    ["after an upper-case traceparent", `00-${traceId.toUpperCase()}-${spanId}-01`, null],
    ["after the version that is forbidden", `ff-${traceId}-${spanId}-01`, null],
    ["after a first version that is too long", `00-${traceId}-${spanId}-01-more`, null],
    ["after an uber-trace-id of zeros", null, "0:1:0:1"],
    ["after an uber-trace-id that is too short", null, "1:2:1"],
  ])("%s", (_, traceparent, uberTraceId) => {
    const trace = traceOf(traceparent, uberTraceId);
    expect(trace.isSampled).toBe(false);
    expect(trace.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    expect(trace.spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
    expect(trace.traceId).not.toBe(traceId);
  });

  test("each time another one", () => {
    const ids = Array.from({ length: 50 }, () => traceOf(null, null).traceId);
    expect(new Set(ids).size).toBe(50);
  });
});

test("no header makes it fail", () => {
  const header = fc.option(anyText(), { nil: null });
  fc.assert(
    fc.property(header, header, (one, other) => {
      expect(traceOf(one, other).traceId).toHaveLength(32);
    }),
  );
});

describe("the headers downstream", () => {
  function headersFor(traceContext: boolean, jaeger: boolean): Record<string, string> {
    const headers: Record<string, string> = {};
    setTraceHeaders(headers, sampled, { traceContext, jaeger });
    return headers;
  }

  test("say what the block asks for, and nothing else", () => {
    expect([
      Object.keys(headersFor(true, true)),
      Object.keys(headersFor(true, false)),
      Object.keys(headersFor(false, true)),
      Object.keys(headersFor(false, false)),
    ]).toEqual([["traceparent", "uber-trace-id"], ["traceparent"], ["uber-trace-id"], []]);
  });

  test("continue the trace with one span of their own", () => {
    const headers = headersFor(true, true);
    const [, trace, span, flags] = headers["traceparent"]?.split("-") ?? [];
    expect([trace, flags]).toEqual([traceId, "01"]);
    expect(span).not.toBe(spanId);
    expect(headers["uber-trace-id"]).toBe(`${traceId}:${span}:0:1`);
  });

  test("say so where the trace is not sampled", () => {
    const headers: Record<string, string> = {};
    setTraceHeaders(headers, { ...sampled, isSampled: false }, { traceContext: true, jaeger: true });
    expect(headers["traceparent"]).toEndWith("-00");
    expect(headers["uber-trace-id"]).toEndWith(":0");
  });
});

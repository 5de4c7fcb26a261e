/** The trace that a request belongs to, as W3C trace context and Jaeger both can say it. */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string;
  /** The sender's span, 16 lower-case hexadecimal digits. */
  readonly spanId: string;
  readonly isSampled: boolean;
}

/** Which headers carry the trace downstream. */
export interface TracePropagation {
  /** `traceparent` (https://www.w3.org/TR/trace-context/). */
  readonly traceContext: boolean;
  /** `uber-trace-id` (https://www.jaegertracing.io/docs/1.17/client-libraries/#propagation-format). */
  readonly jaeger: boolean;
}

/** Reads the trace that a sender states; begins a new, unsampled one where it states none. */
export function traceOf(traceparent: string | null, uberTraceId: string | null): TraceContext {
  return statedTrace(traceparent, uberTraceId) ?? newTrace();
}

/** Reads the trace that a sender states; undefined where it states none that can be read. */
export function statedTrace(
  traceparent: string | null,
  uberTraceId: string | null,
): TraceContext | undefined {
  return parseTraceparent(traceparent) ?? parseUberTraceId(uberTraceId);
}

/**
 * Adds the headers that tell a destination of the trace.
 *
 * @param own the span that is recorded of what goes out; without it a span identifier is made up.
 */
export function setTraceHeaders(
  headers: Record<string, string>,
  trace: TraceContext,
  propagation: TracePropagation,
  own?: TraceContext,
): void {
  if (!propagation.traceContext && !propagation.jaeger) return;
  const { traceId, isSampled } = own ?? trace;
  const spanId = own?.spanId ?? randomHex(16);
  const flags = isSampled ? 1 : 0;
  if (propagation.traceContext) headers["traceparent"] = `00-${traceId}-${spanId}-0${flags}`;
  if (propagation.jaeger) headers["uber-trace-id"] = `${traceId}:${spanId}:0:${flags}`;
}

function parseTraceparent(value: string | null): TraceContext | undefined {
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(value ?? "");
  if (match === null) return undefined;
  const [, version, traceId = "", spanId = "", flags = "", more] = match;
  // Only a later version may say more, and ff is none.
  if (version === "ff" || (version === "00" && more !== undefined)) return undefined;
  if (isZero(traceId) || isZero(spanId)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

function parseUberTraceId(value: string | null): TraceContext | undefined {
  const match = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]{1,16}:([0-9a-f]{1,2})$/i.exec(value ?? "");
  if (match === null) return undefined;
  const traceId = (match[1] ?? "").toLowerCase().padStart(32, "0");
  const spanId = (match[2] ?? "").toLowerCase().padStart(16, "0");
  if (isZero(traceId)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(match[3] ?? "0", 16) & 1) === 1 };
}

function newTrace(): TraceContext {
  return { traceId: randomHex(32), spanId: randomHex(16), isSampled: false };
}

function isZero(hex: string): boolean {
  return /^0+$/.test(hex);
}

/** How many random bytes are fetched from the system at once. */
const stockBytes = 4096;

/**
 * Random digits in stock, as text. Every profile needs three identifiers; fetched from the system and written one by
 * one they cost 1 µs, as pieces of a longer text a tenth of that.
 */
let stock = "";
let used = 0;

function randomHex(digits: number): string {
  if (used + digits > stock.length) {
    stock = crypto.getRandomValues(Buffer.allocUnsafe(stockBytes)).toString("hex");
    used = 0;
  }
  used += digits;
  return stock.slice(used - digits, used);
}

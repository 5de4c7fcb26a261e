import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type Tracer as SpanSource,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import type {
  AttemptEnd,
  AttemptSpan,
  AttemptStart,
  RequestEnd,
  RequestSpan,
  RequestStart,
} from "../profile/request_span.ts";
import type { TraceContext } from "../profile/trace_context.ts";

/**
 * A request as OpenTelemetry records it. Attributes without `pyroduct.` are those of
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/.
 */
export class RecordedRequest implements RequestSpan {
  readonly context: TraceContext;
  readonly #source: SpanSource;
  readonly #span: Span;

  constructor(source: SpanSource, parent: Context, start: RequestStart) {
    const { method, route, path, clientAddress } = start;
    const attributes: Attributes = {
      "http.request.method": method,
      "http.route": route,
      "url.path": path,
      ...(clientAddress === undefined ? {} : { "client.address": clientAddress }),
    };
    this.#source = source;
    this.#span = source.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
    this.context = contextOf(this.#span);
  }

  startAttempt(start: AttemptStart): AttemptSpan {
    return new RecordedAttempt(this.#source, trace.setSpan(ROOT_CONTEXT, this.#span), start);
  }

  end(end: RequestEnd): void {
    const reason = end.failure ?? end.refusal;
    this.#span.setAttributes({
      "http.response.status_code": end.status,
      "http.request.body.size": end.bodyBytes,
      ...(reason === undefined ? {} : { "pyroduct.reason": reason }),
    });
    // What the sender did wrong is no error of a server's.
    if (end.failure !== undefined || end.status >= 500) {
      this.#span.setStatus({
        code: SpanStatusCode.ERROR,
        ...(reason === undefined ? {} : { message: reason }),
      });
    }
    this.#span.end();
  }
}

class RecordedAttempt implements AttemptSpan {
  readonly context: TraceContext;
  readonly #span: Span;

  constructor(source: SpanSource, parent: Context, start: AttemptStart) {
    const url = new URL(start.url);
    const attributes: Attributes = {
      "http.request.method": "POST",
      "server.address": url.hostname,
      "server.port": Number(url.port === "" ? defaultPorts[url.protocol] : url.port),
      "url.path": url.pathname,
      "pyroduct.endpoint": start.endpoint,
      "pyroduct.attempt": start.attempt,
      "pyroduct.hedge": start.isHedge,
    };
    this.#span = source.startSpan(`POST ${url.pathname}`, { kind: SpanKind.CLIENT, attributes }, parent);
    this.context = contextOf(this.#span);
  }

  end(end: AttemptEnd): void {
    if (end.type === "answer") this.#span.setAttribute("http.response.status_code", end.status);
    const error = errorOf(end);
    if (error !== undefined) {
      this.#span.setAttribute("error.type", error.type);
      // An attempt is cancelled because another one has won, or because nobody waits for it any more.
      if (end.type !== "canceled") {
        this.#span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      }
    }
    this.#span.end();
  }
}

const defaultPorts: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

function errorOf(end: AttemptEnd): { readonly type: string; readonly message: string } | undefined {
  switch (end.type) {
    case "answer":
      if (end.status >= 200 && end.status <= 299) return undefined;
      return { type: String(end.status), message: `HTTP ${end.status}` };
    case "timeout":
      return { type: end.type, message: "no answer in time" };
    case "canceled":
      return { type: end.type, message: "cancelled" };
    case "connection":
      return { type: end.type, message: end.text };
  }
}

function contextOf(span: Span): TraceContext {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return { traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0 };
}

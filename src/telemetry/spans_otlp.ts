import { ROOT_CONTEXT, type Tracer as SpanSource, TraceFlags, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { type Clock, sleep } from "../base/clock.ts";
import { version } from "../base/version.ts";
import type { RequestSpan, RequestStart, Tracer } from "../profile/request_span.ts";
import type { Logger } from "./log.ts";
import type { Tracing } from "./spans.ts";
import { LoggedExporter } from "./spans_exporter.ts";
import { RecordedRequest } from "./spans_recorded.ts";

/** Records spans and sends them by OTLP, as the environment says: sampler, batches, headers, time limits. */
export class OtlpTracing implements Tracing {
  readonly tracer: Tracer;
  readonly #provider: BasicTracerProvider;
  readonly #log: Logger;
  readonly #clock: Clock;

  /** @param destination where the environment sends them, for the log. */
  constructor(destination: string, log: Logger, clock: Clock) {
    const exporter = new LoggedExporter(new OTLPTraceExporter(), destination, log);
    this.#provider = new BasicTracerProvider({
      resource: defaultResource()
        .merge(resourceFromAttributes({ "service.name": "pyroduct", "service.version": version }))
        .merge(detectResources({ detectors: [envDetector] })),
      spanProcessors: [new BatchSpanProcessor(exporter)],
    });
    this.tracer = new OtlpTracer(this.#provider.getTracer("pyroduct", version));
    this.#log = log;
    this.#clock = clock;
  }

  async close(boundMs: number): Promise<void> {
    const closed = new AbortController();
    // Where it fails, the exporter has told why.
    const closing = this.#provider.shutdown().catch(() => undefined);
    const isLate = sleep(this.#clock, boundMs, closed.signal);
    const isGivenUp = await Promise.race([closing.then(() => false), isLate]);
    closed.abort();
    if (isGivenUp) this.#log.warn("gave up sending the last spans", { after_ms: boundMs });
  }
}

class OtlpTracer implements Tracer {
  readonly #source: SpanSource;

  constructor(source: SpanSource) {
    this.#source = source;
  }

  startRequest(start: RequestStart): RequestSpan {
    const { sender } = start;
    const parent =
      sender === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, {
            traceId: sender.traceId,
            spanId: sender.spanId,
            traceFlags: sender.isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
            isRemote: true,
          });
    return new RecordedRequest(this.#source, parent, start);
  }
}

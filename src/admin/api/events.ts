import type { Flow, FlowRates } from "./flow.ts";
import type { LiveBatch } from "./live.ts";
import type { MetricPoint } from "./metrics.ts";

/**
 * Server-sent events: `event:` is the key, `data:` the value in JSON on one line. A comment comes every 15 s where
 * nothing else does, so that a dead connection shows.
 */
export interface EventStreams {
  readonly "GET /api/v0/flow/events": {
    /** At the beginning, and whenever wiring, health or the latest errors have changed. */
    readonly flow: Flow;
    /** Every second. */
    readonly rates: FlowRates;
    /** Every 5 s: what the charts go on with. */
    readonly metrics: MetricPoint;
  };
  /** Query: [match]. */
  readonly "GET /api/v0/live/events": {
    /** At the beginning with what passed lately; then up to four times a second, and once where nothing is new. */
    readonly profiles: LiveBatch;
    /** Why the stream ends, in words: too many look already, or there was a failure. */
    readonly problem: string;
  };
}

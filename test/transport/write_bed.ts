import * as v from "valibot";
import { systemClock } from "../../src/base/clock.ts";
import { wholeShare } from "../../src/base/share.ts";
import { loadConfig } from "../../src/config/load_config.ts";
import { ListenerPool } from "../../src/http/listener.ts";
import { describeOutcome } from "../../src/profile/failure_report.ts";
import { DeliveryPlan } from "../../src/profile/receiver.ts";
import { traceOf } from "../../src/profile/trace_context.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { MetricScope } from "../../src/telemetry/metric_scope.ts";
import { WriteComponent } from "../../src/write/component.ts";
import { writeDefinition } from "../../src/write/definition.ts";
import { WriteQueues } from "../../src/write/queue/write_queues.ts";
import { writeSchema } from "../../src/write/schema.ts";

/** How a delivery ended that nothing was wrong with. */
export const delivered = "delivered";

/** What is written below `endpoint` in a configuration. */
export type EndpointConfig = Readonly<Record<string, unknown>>;

/** A pyroscope.write that runs, with one endpoint. */
export class WriteBed implements AsyncDisposable {
  readonly #component: WriteComponent;
  readonly #lines: string[];

  private constructor(component: WriteComponent, lines: string[]) {
    this.#component = component;
    this.#lines = lines;
  }

  /** Each profile gets one attempt of at most 5 seconds, where the endpoint does not say otherwise. */
  static async start(endpoint: EndpointConfig): Promise<WriteBed> {
    const lines: string[] = [];
    const args = v.parse(writeSchema, {
      endpoint: [{ max_backoff_retries: 1, remote_timeout: "5s", ...endpoint }],
    });
    const context = {
      id: "pyroscope.write.test",
      clock: systemClock,
      log: createLogger("debug", "logfmt", (line) => lines.push(line)),
      metrics: new MetricScope({ component_id: "pyroscope.write.test" }),
      storagePath: "/nonexistent",
      adoptedPaths: [],
      share: wholeShare,
      listeners: new ListenerPool(),
    };
    const component = new WriteComponent(args, context, new WriteQueues(context));
    await component.start();
    return new WriteBed(component, lines);
  }

  /** All that was logged so far. */
  get log(): string {
    return this.#lines.join("");
  }

  /** Sends a profile, `delivered` or why it was not; `forwarded` are headers of the sender's. */
  async deliver(forwarded: Readonly<Record<string, string>> = {}, withinMs = 10_000): Promise<string> {
    const request = {
      deadlineAt: systemClock.now() + withinMs,
      canceled: undefined,
      isSenderGone: () => false,
      clientAddress: () => undefined,
      forwardedHeaders: new Map(Object.entries(forwarded)),
      trace: traceOf(null, null),
    };
    const plan = new DeliveryPlan(request, systemClock);
    this.#component.plan(
      {
        kind: "ingest",
        labels: new Map([
          ["__name__", "app"],
          ["service_name", "app"],
        ]),
        query: "",
        contentType: "text/plain",
        contentEncoding: undefined,
        body: Buffer.from("profile"),
      },
      plan,
    );
    const outcome = await plan.send();
    return outcome.length === 0 ? delivered : describeOutcome(outcome);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#component.stop(0);
  }
}

/** What is wrong with a configuration whose endpoint is this, a line each; paths begin below the endpoint. */
export function problemsOf(endpoint: EndpointConfig): string[] {
  const text = JSON.stringify({
    "pyroscope.write": { a: { endpoint: { url: "http://sink:4040", ...endpoint } } },
  });
  const loaded = loadConfig(text, [writeDefinition], {});
  if (loaded.ok) return [];
  return loaded.problems.map(({ path, message }) => {
    const below = path.replace(/^pyroscope\.write\.a\.endpoint(?:\[0\])?\.?/, "");
    return `${below}: ${message}`;
  });
}

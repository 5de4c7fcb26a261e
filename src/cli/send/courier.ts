import type { Clock } from "../../base/clock.ts";
import { wholeShare } from "../../base/share.ts";
import { ListenerPool } from "../../http/listener.ts";
import type { DeliveryFailure } from "../../profile/failure_report.ts";
import type { Profile } from "../../profile/profile.ts";
import { DeliveryPlan } from "../../profile/receiver.ts";
import { traceOf } from "../../profile/trace_context.ts";
import { createLogger } from "../../telemetry/log.ts";
import { MetricScope } from "../../telemetry/metric_scope.ts";
import { WriteComponent } from "../../write/component.ts";
import { WriteQueues } from "../../write/queue/write_queues.ts";
import type { WriteArguments } from "../../write/schema.ts";

/** Delivers profiles from the command line the way a pyroscope.write does, tries and all. */
export class Courier {
  /** The endpoint's URL. */
  readonly url: string;
  /** Whether it says who sends. */
  readonly hasCredentials: boolean;
  readonly #component: WriteComponent;
  readonly #clock: Clock;

  /** @param destination with one endpoint. */
  constructor(destination: WriteArguments, clock: Clock) {
    const [endpoint] = destination.endpoint;
    this.url = endpoint?.url ?? "";
    this.hasCredentials = [
      ...[endpoint?.basic_auth, endpoint?.bearer_token, endpoint?.bearer_token_file],
      ...[endpoint?.authorization, endpoint?.oauth2],
    ].some((given) => given !== undefined);
    this.#clock = clock;
    const context = {
      id: "pyroscope.write.send",
      clock,
      // Each delivery is told by whoever asked for it.
      log: createLogger("error", "logfmt", () => {}),
      metrics: new MetricScope({}),
      storagePath: "",
      adoptedPaths: [],
      share: wholeShare,
      listeners: new ListenerPool(),
    };
    // Whoever asks wants to hear what the destination says, not that the profile is queued.
    const direct = destination.endpoint.map(({ queue: _, ...one }) => one);
    const args = { ...destination, endpoint: direct };
    this.#component = new WriteComponent(args, context, new WriteQueues(context));
  }

  start(): Promise<void> {
    return this.#component.start();
  }

  stop(): Promise<void> {
    return this.#component.stop(0);
  }

  /** Delivers a profile within that time; undefined where it was taken. */
  async deliver(profile: Profile, timeoutMs: number): Promise<DeliveryFailure | undefined> {
    const request = {
      deadlineAt: this.#clock.now() + timeoutMs,
      canceled: undefined,
      isSenderGone: () => false,
      clientAddress: () => undefined,
      forwardedHeaders: new Map<string, string>(),
      trace: traceOf(null, null),
    };
    const plan = new DeliveryPlan(request, this.#clock);
    this.#component.plan(profile, plan);
    if (plan.problem !== undefined) {
      const cause = { type: "local", code: "invalid_argument", text: plan.problem } as const;
      return { destination: this.url, attempts: 0, cause };
    }
    const [failure] = await plan.send();
    return failure;
  }
}

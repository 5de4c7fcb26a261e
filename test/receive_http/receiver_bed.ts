import * as v from "valibot";
import type { Outcome } from "../../src/profile/failure_report.ts";
import type { Profile } from "../../src/profile/profile.ts";
import type { DeliveryPlan, Receiver } from "../../src/profile/receiver.ts";
import type { RequestContext } from "../../src/profile/request_context.ts";
import { ReceiveHttpComponent } from "../../src/receive_http/component.ts";
import { receiveHttpSchema } from "../../src/receive_http/schema.ts";
import { formatFamilies } from "../../src/telemetry/metric_family.ts";
import { MetricScope } from "../../src/telemetry/metric_scope.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { componentContext } from "../graph/component_context.ts";
import { RecordedLog } from "../telemetry/recorded_log.ts";

/** What came through the door. */
export interface Received {
  readonly profile: Profile;
  readonly request: RequestContext;
  /** Where it came from, which is known only until it is answered. */
  readonly clientAddress: string | undefined;
}

/** Arguments of pyroscope.receive_http, where they are not the defaults. */
export type ReceiverArguments = Readonly<Record<string, unknown>> & { readonly http?: object };

/** A pyroscope.receive_http on a free port, on a clock that stands still, before a receiver that keeps what comes. */
export class ReceiverBed implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly log = new RecordedLog();
  readonly metrics = new MetricScope({ component_id: "pyroscope.receive_http.r" });
  readonly received: Received[] = [];
  /** What becomes of what comes from now on. */
  deliver: (profile: Profile) => Promise<Outcome> = async () => [];
  /** What is wrong with the labels of what comes from now on. */
  problem: string | undefined;
  readonly component: ReceiveHttpComponent;

  private constructor(args: ReceiverArguments) {
    const { clock, log, metrics } = this;
    const context = componentContext({ id: "pyroscope.receive_http.r", clock, log, metrics });
    this.component = new ReceiveHttpComponent(parsed(args), context);
  }

  /** Starts it. */
  static async start(args: ReceiverArguments = {}): Promise<ReceiverBed> {
    const bed = new ReceiverBed(args);
    const receiver: Receiver = { plan: (profile, plan) => bed.#plan(profile, plan) };
    bed.component.connect([receiver]);
    await bed.component.start();
    bed.component.activate();
    return bed;
  }

  /** `127.0.0.1:port`. */
  get address(): string {
    return this.component.address ?? "";
  }

  /** Changes its arguments in place; false where they need a new component. */
  update(args: ReceiverArguments): boolean {
    const take = this.component.update(parsed(args));
    take?.();
    return take !== undefined;
  }

  /** Sends a POST to a path. */
  async post(
    path: string,
    body: Uint8Array | string = "profile",
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const bytes = typeof body === "string" ? Buffer.from(body) : body;
    return await fetch(`http://${this.address}${path}`, {
      method: "POST",
      body: bytes as Uint8Array<ArrayBuffer>,
      headers,
    });
  }

  /** Everything that it exposes, as Prometheus reads it. */
  async metricsText(): Promise<string> {
    return formatFamilies(await this.metrics.families());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.component.stop(0);
  }

  #plan(profile: Profile, plan: DeliveryPlan): void {
    if (this.problem !== undefined) plan.reject(this.problem);
    plan.add({
      send: (request) => {
        this.received.push({ profile, request, clientAddress: request.clientAddress() });
        return this.deliver(profile);
      },
    });
  }
}

function parsed({ http = {}, ...more }: ReceiverArguments) {
  return v.parse(receiveHttpSchema, {
    http: { listen_address: "127.0.0.1", listen_port: 0, ...http },
    forward_to: ["pyroscope.write.w.receiver"],
    ...more,
  });
}

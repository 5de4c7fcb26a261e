import { wholeShare } from "../../../src/base/share.ts";
import type { ProfileSize } from "../../../src/profile/profile.ts";
import { MetricScope } from "../../../src/telemetry/metric_scope.ts";
import { Endpoint } from "../../../src/write/endpoint.ts";
import { WriteMetrics } from "../../../src/write/metrics.ts";
import { type LedgerChannel, MemoryChannel } from "../../../src/write/queue/ledger/ledger_channel.ts";
import { LedgerStore } from "../../../src/write/queue/ledger/ledger_store.ts";
import { QueueMetrics } from "../../../src/write/queue/metrics.ts";
import { QueuePump } from "../../../src/write/queue/queue_pump.ts";
import type { Appended, DropReason, QueuedProfile } from "../../../src/write/queue/queue_store.ts";
import { limitsOf } from "../../../src/write/queue/schema.ts";
import { steadyTime } from "../../../src/write/queue/steady_time.ts";
import { FakeClock, settled } from "../../base/fake_clock.ts";
import { endpointArguments, endpointTarget } from "../endpoint_bed.ts";
import { ScriptedClient, type Step } from "../scripted_client.ts";
import { GatedChannel } from "./gated_channel.ts";
import { LocalFile } from "./local_file.ts";

const theQueue = "pyroscope.write.w:e";

/** A pump with waits of a second to eight, on a clock that stands still, with a client that is scripted. */
export class PumpBed implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly now = steadyTime(this.clock);
  readonly client: ScriptedClient;
  readonly channel: GatedChannel;
  readonly store: LedgerStore;
  readonly pump: QueuePump;
  readonly refused: ProfileSize[] = [];
  readonly drops: string[] = [];

  private constructor(script: readonly Step[], queue: object, endpoint: object, channel?: LedgerChannel) {
    const { clock, now } = this;
    this.client = new ScriptedClient(clock, script);
    this.channel = new GatedChannel(channel ?? new MemoryChannel(clock));
    this.store = new LedgerStore({
      channel: this.channel,
      isLasting: channel !== undefined,
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
    this.limits = limitsOf(args.queue);
  }

  readonly limits;

  /** A pump that runs, with nothing in its queue. */
  static start(script: readonly Step[], queue: object = {}, endpoint: object = {}): Promise<PumpBed> {
    return PumpBed.#open(new PumpBed(script, queue, endpoint));
  }

  /** The same with a queue that outlives its process: it lies where the channel leads to. */
  static startLasting(
    script: readonly Step[],
    queue: object = {},
    endpoint: object = {},
    channel: LedgerChannel = new LocalFile(":memory:"),
  ): Promise<PumpBed> {
    return PumpBed.#open(new PumpBed(script, queue, endpoint, channel));
  }

  static async #open(bed: PumpBed): Promise<PumpBed> {
    await bed.store.open();
    await bed.store.configure(theQueue, bed.limits);
    bed.pump.start();
    await bed.clock.advance(1);
    return bed;
  }

  /** How many profiles are in the queue. */
  get profiles(): number {
    return this.store.stats(theQueue)?.profiles ?? 0;
  }

  /** Profiles come just now; resolves when they are stored or delivered. */
  async arrive(...profiles: readonly QueuedProfile[]): Promise<void> {
    const appended = await Promise.all(profiles.map((profile) => this.begin(profile)));
    for (const { type } of appended)
      if (type !== "stored" && type !== "delivered") throw new Error(`the profile was not stored: ${type}`);
    await settled();
  }

  /** A profile comes just now; resolves as its sender hears of it. */
  begin(profile: QueuedProfile): Promise<Appended> {
    const accepted = { ...profile, acceptedAt: this.now() };
    const headStartMs = this.pump.headStart(profile.body.byteLength);
    if (headStartMs === undefined) return this.store.append(theQueue, accepted);
    const { lease, stored } = this.store.admit(theQueue, accepted, headStartMs);
    this.pump.add({ lease, attempts: 0, profile: accepted });
    return stored;
  }

  /** Profiles that have waited for so long, as from an earlier run. */
  async haveWaited(ageMs: number, ...profiles: readonly QueuedProfile[]): Promise<void> {
    const acceptedAt = this.now() - ageMs;
    for (const profile of profiles) await this.store.append(theQueue, { ...profile, acceptedAt });
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

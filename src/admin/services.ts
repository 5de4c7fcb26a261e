import { type Clock, systemClock } from "../base/clock.ts";
import type { Controller } from "../controller/controller.ts";
import { EventStreams } from "./event_stream.ts";
import { FlowFeed } from "./flow_feed.ts";
import { MetricSamples } from "./metric_samples.ts";
import { SelfProfiler } from "./self_profile.ts";
import { StoreWorker } from "./store/store_worker_client.ts";

/** What the admin server keeps between requests. Nothing of it runs before `start`. */
export class AdminServices {
  readonly clock: Clock;
  readonly streams: EventStreams;
  readonly feed: FlowFeed;
  readonly samples: MetricSamples;
  /** Profiles this process, for one caller at a time. */
  readonly profiler: SelfProfiler;
  /** Reads profiles, beside the serving thread. */
  readonly worker: StoreWorker;

  constructor(controller: Controller, clock: Clock = systemClock) {
    this.clock = clock;
    this.streams = new EventStreams(clock);
    this.feed = new FlowFeed(controller, clock);
    this.samples = new MetricSamples(controller, clock);
    this.profiler = new SelfProfiler(clock);
    this.worker = new StoreWorker(clock);
  }

  /** Begins to take samples for the charts. */
  start(): void {
    this.samples.start();
  }

  stop(): void {
    this.samples.stop();
    this.streams.close();
    this.worker.stop();
  }
}

import { expect, test } from "bun:test";
import * as v from "valibot";
import { MetricScope } from "../../../src/telemetry/metric_scope.ts";
import { WriteComponent } from "../../../src/write/component.ts";
import { WriteQueues } from "../../../src/write/queue/write_queues.ts";
import { writeSchema } from "../../../src/write/schema.ts";
import { eventually } from "../../base/eventually.ts";
import { FakeClock, settled } from "../../base/fake_clock.ts";
import { TemporaryFolder } from "../../base/temporary_folder.ts";
import { componentContext } from "../../graph/component_context.ts";
import { RecordingSink } from "../../wire/recording_sink.ts";
import { lateClaims } from "./late_claims.ts";
import { queuedIngest } from "./queued_profiles.ts";

const id = "pyroscope.write.w";
const theQueue = `${id}:e`;

/** The queues of a shard, on a clock that stands still, and what writes into them. */
class HandOverBed implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly queues: WriteQueues;
  readonly #folder = new TemporaryFolder();
  readonly #components: WriteComponent[] = [];

  constructor() {
    this.queues = new WriteQueues({ ...this.#context(), metrics: new MetricScope({}) });
  }

  /** A component with one endpoint, whose queue is open; it sends nothing yet. */
  async start(url: string, type: string): Promise<WriteComponent> {
    const args = v.parse(writeSchema, { endpoint: [{ url, name: "e", queue: { type } }] });
    const component = new WriteComponent(args, this.#context(), this.queues);
    this.#components.push(component);
    await component.start();
    return component;
  }

  #context() {
    return componentContext({ id, clock: this.clock, storagePath: this.#folder.path });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const component of this.#components) await component.stop(0);
    await this.queues.stop();
    this.#folder[Symbol.dispose]();
  }
}

test("what the old endpoint was claiming goes over to a queue of another type too", async () => {
  await using sink = await RecordingSink.start();
  await using bed = new HandOverBed();
  const old = await bed.start(sink.url, "memory");
  const store = await bed.queues.stores.kept("memory");
  await store.append(theQueue, queuedIngest(3, { acceptedAt: bed.queues.now() }));
  const { spy, handOut } = lateClaims(store);
  old.activate();
  await bed.clock.advance(2000);
  expect(spy).toHaveBeenCalledTimes(1);

  const successor = await bed.start(sink.url, "disk");
  successor.activate();
  const stopped = old.stop(30_000);
  await settled();
  handOut();
  await stopped;
  await eventually("the delivery", async () => {
    await bed.clock.advance(100);
    return sink.recording.requests.length === 1;
  });
  expect(store.stats(theQueue)?.profiles ?? 0).toBe(0);
});

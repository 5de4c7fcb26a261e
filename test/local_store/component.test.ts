import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { LocalStoreComponent } from "../../src/local_store/component.ts";
import { localStoreSchema } from "../../src/local_store/schema.ts";
import type { Outcome } from "../../src/profile/failure_report.ts";
import type { Profile } from "../../src/profile/profile.ts";
import { DeliveryPlan } from "../../src/profile/receiver.ts";
import { formatFamilies } from "../../src/telemetry/metric_family.ts";
import { MetricScope } from "../../src/telemetry/metric_scope.ts";
import { FakeClock, fakeEpochMs } from "../base/fake_clock.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { componentContext } from "../graph/component_context.ts";
import { ingestProfile, pushProfile, requestContext } from "../profile/sample_profiles.ts";
import { RecordedLog } from "../telemetry/recorded_log.ts";
import { keptProfiles, keptServices } from "./kept_profiles.ts";

/** A store that runs, on a clock that stands still. */
class StoreBed implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly log = new RecordedLog();
  readonly metrics = new MetricScope({});
  readonly component: LocalStoreComponent;
  readonly #folder = new TemporaryFolder();

  constructor(args: Readonly<Record<string, unknown>> = {}) {
    const { clock, log, metrics } = this;
    const storagePath = this.#folder.file("pyroscope.local_store.s");
    const context = componentContext({ id: "pyroscope.local_store.s", clock, log, metrics, storagePath });
    this.component = new LocalStoreComponent(v.parse(localStoreSchema, args), context);
  }

  static async start(args: Readonly<Record<string, unknown>> = {}): Promise<StoreBed> {
    const bed = new StoreBed(args);
    await bed.component.start();
    return bed;
  }

  send(profile: Profile): Promise<Outcome> {
    const plan = new DeliveryPlan(requestContext(), this.clock);
    this.component.plan(profile, plan);
    return plan.send();
  }

  /** Stores a profile and waits until that is done. */
  async store(serviceName: string): Promise<Outcome> {
    const outcome = this.send(ingestProfile({ service_name: serviceName }));
    await this.clock.advance(5);
    return await outcome;
  }

  services(): string[] {
    return keptServices(...this.component.profiles.paths());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.component.stop();
    this.#folder[Symbol.dispose]();
  }
}

test("a profile is stored with the time of its receipt, and without the sender's address", async () => {
  await using bed = await StoreBed.start();
  const outcome = bed.send(ingestProfile({ service_name: "shop", __meta_client_address: "192.0.2.7" }));
  await bed.clock.advance(5);
  expect(await outcome).toEqual([]);
  const [kept] = keptProfiles(...bed.component.profiles.paths());
  const stored = bed.component.profiles.get(kept?.id ?? "")?.profile;
  expect(stored).toMatchObject({
    component_id: "pyroscope.local_store.s",
    received_at: fakeEpochMs + 5,
    labels: { service_name: "shop" },
  });
  expect(bed.component.profiles.get(stored?.id ?? "")).toEqual({
    profile: stored as never,
    body: ingestProfile().body,
  });
});

test("profiles that come together are stored together, and none says it is before it is", async () => {
  await using bed = await StoreBed.start();
  const outcomes = [
    bed.send(ingestProfile({ service_name: "a" })),
    bed.send(pushProfile({ service_name: "b" })),
  ];
  await bed.clock.advance(4);
  expect(bed.services()).toEqual([]);
  await bed.clock.advance(1);
  expect(await Promise.all(outcomes)).toEqual([[], []]);
  expect(bed.services()).toEqual(["b", "a"]);
});

test("a Push without samples is taken and nothing is stored", async () => {
  await using bed = await StoreBed.start();
  expect(await bed.send(pushProfile())).toEqual([]);
  expect(bed.services()).toEqual([]);
});

test("invalid labels are a problem of the plan", async () => {
  await using bed = await StoreBed.start();
  const plan = new DeliveryPlan(requestContext(), bed.clock);
  bed.component.plan(ingestProfile({ "a-b": "1" }), plan);
  expect([plan.problem?.includes('"a-b"'), plan.isEmpty]).toEqual([true, true]);
});

describe("bounds", () => {
  test("by age hold even where nothing new comes", async () => {
    await using bed = await StoreBed.start({ max_age: "10m" });
    await bed.store("old");
    await bed.clock.advance(9 * 60_000);
    expect(bed.services()).toEqual(["old"]);
    await bed.clock.advance(2 * 60_000);
    expect(bed.services()).toEqual([]);
  });

  test("by bytes let the oldest go first", async () => {
    await using bed = await StoreBed.start({ max_bytes: 60 });
    for (const name of ["a", "b", "c"]) await bed.store(name);
    expect(bed.services()).toEqual(["c", "b"]);
  });

  test("that change hold from the next profile on", async () => {
    await using bed = await StoreBed.start();
    for (const name of ["a", "b", "c"]) await bed.store(name);
    const take = bed.component.update(v.parse(localStoreSchema, { max_bytes: 60 }));
    expect(bed.services()).toEqual(["c", "b", "a"]);
    take();
    await bed.store("d");
    expect(bed.services()).toEqual(["d", "c"]);
  });
});

test("what still waits at the end is stored", async () => {
  await using bed = await StoreBed.start();
  const outcome = bed.send(ingestProfile({ service_name: "last" }));
  await bed.component.stop();
  expect(await outcome).toEqual([]);
  expect(bed.clock.pending).toBe(0);
  await bed.component.start();
  expect(bed.services()).toEqual(["last"]);
});

test("where nothing can be stored the sender hears it, and the store is unhealthy until it works", async () => {
  await using bed = await StoreBed.start();
  await bed.component.stop();
  expect(await bed.store("lost")).toEqual([
    {
      destination: "pyroscope.local_store.s",
      attempts: 1,
      cause: { type: "local", code: "unavailable", text: "the store has been closed" },
    },
  ]);
  expect(bed.component.health().state).toBe("unhealthy");
  await bed.component.start();
  await bed.store("kept");
  expect(bed.component.health().state).toBe("healthy");
  expect(bed.log.lines.map(({ message }) => message)).toEqual([
    "profiles were not stored",
    "profiles can be stored again",
  ]);
});

test("before it has started there is nothing", () => {
  const bed = new StoreBed();
  const { profiles } = bed.component;
  expect([profiles.get("x"), profiles.activity()]).toEqual([undefined, []]);
});

test("the metrics tell what is kept and what went", async () => {
  await using bed = await StoreBed.start({ max_bytes: 60 });
  for (const name of ["a", "b", "c"]) await bed.store(name);
  const text = formatFamilies(await bed.metrics.families());
  expect(text).toContain("\npyroduct_local_store_profiles_stored_total 3\n");
  expect(text).toContain("\npyroduct_local_store_profiles_removed_total 1\n");
  expect(text).toContain("\npyroduct_local_store_profiles 2\n");
  expect(text).toContain("\npyroduct_local_store_bytes 46\n");
});

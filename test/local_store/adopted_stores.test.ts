import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import { LocalStoreComponent } from "../../src/local_store/component.ts";
import { localStoreSchema } from "../../src/local_store/schema.ts";
import { DeliveryPlan } from "../../src/profile/receiver.ts";
import { formatFamilies } from "../../src/telemetry/metric_family.ts";
import { MetricScope } from "../../src/telemetry/metric_scope.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { componentContext } from "../graph/component_context.ts";
import { ingestProfile, requestContext } from "../profile/sample_profiles.ts";
import { keptProfiles, keptServices } from "./kept_profiles.ts";

const id = "pyroscope.local_store.s";

/** Stores of several shards in one folder, on one clock. A profile is 23 bytes with its label. */
class ShardsBed implements Disposable {
  readonly folder = new TemporaryFolder();
  readonly clock = new FakeClock();

  /** The store of a shard; it has what those that are gone have left. */
  store(shard: number, gone: readonly number[] = [], args: object = {}) {
    const path = (index: number) => this.folder.file(`shard-${index}`, id);
    const metrics = new MetricScope({});
    const { clock } = this;
    const parts = { id, clock, metrics, storagePath: path(shard), adoptedPaths: gone.map(path) };
    const component = new LocalStoreComponent(v.parse(localStoreSchema, args), componentContext(parts));
    return {
      component,
      metrics: async () => formatFamilies(await metrics.families()),
      services: () => keptServices(...component.profiles.paths()),
    };
  }

  /** Leaves profiles behind in a shard's store, one a second. */
  async leave(shard: number, ...services: readonly string[]): Promise<void> {
    const { component } = this.store(shard);
    await component.start();
    await this.add(component, ...services);
    await component.stop();
  }

  async add(component: LocalStoreComponent, ...services: readonly string[]): Promise<void> {
    for (const service_name of services) {
      const plan = new DeliveryPlan(requestContext(), this.clock);
      component.plan(ingestProfile({ service_name }), plan);
      const stored = plan.send();
      await this.clock.advance(1000);
      await stored;
    }
  }

  [Symbol.dispose](): void {
    this.folder[Symbol.dispose]();
  }
}

describe("what shards that are gone have stored", () => {
  test("is listed and found together with the rest, the newest first", async () => {
    using bed = new ShardsBed();
    await bed.leave(1, "a");
    await bed.leave(0, "b");
    await bed.leave(2, "c");
    const { component, services, metrics } = bed.store(0, [1, 2, 3]);
    await component.start();
    await bed.add(component, "d");
    expect(services()).toEqual(["d", "c", "b", "a"]);
    const oldest = keptProfiles(...component.profiles.paths()).at(-1);
    const found = component.profiles.get(oldest?.id ?? "");
    expect([found?.profile.service_name, found?.profile.component_id]).toEqual(["a", id]);
    expect(component.profiles.get("none")).toBeUndefined();
    expect(component.profiles.paths()).toEqual(
      [0, 1, 2].map((shard) => bed.folder.file(`shard-${shard}`, id, "profiles.sqlite")),
    );
    expect(await metrics()).toContain("\npyroduct_local_store_profiles 4\n");
    // Only what is new has come lately.
    expect(component.profiles.activity().map(({ service_name }) => service_name)).toEqual(["d"]);
    await component.stop();
  });

  test("stays where it is for a shard that comes back", async () => {
    using bed = new ShardsBed();
    await bed.leave(1, "a");
    const { component } = bed.store(0, [1]);
    await component.start();
    await component.stop();
    const back = bed.store(1);
    await back.component.start();
    expect(back.services()).toEqual(["a"]);
    await back.component.stop();
  });

  test("makes room first", async () => {
    using bed = new ShardsBed();
    await bed.leave(1, "x", "y");
    await bed.leave(2, "z");
    const { component, services, metrics } = bed.store(0, [1, 2], { max_bytes: 92 });
    await component.start();
    await bed.add(component, "a", "b");
    expect(services().toSorted()).toEqual(["a", "b", "y", "z"]);
    await bed.add(component, "c", "d");
    expect(services()).toEqual(["d", "c", "b", "a"]);
    expect(await metrics()).toContain("\npyroduct_local_store_profiles_removed_total 3\n");
    expect(existsSync(bed.folder.file("shard-1"))).toBe(false);
    await component.stop();
  });

  test("goes by its age, and its folder with it unless somebody else needs that", async () => {
    using bed = new ShardsBed();
    await bed.leave(1, "a");
    await bed.leave(2, "b");
    mkdirSync(bed.folder.file("shard-2", "pyroscope.write.w"));
    writeFileSync(bed.folder.file("shard-2", "pyroscope.write.w", "queue"), "");
    const { component, services } = bed.store(0, [1, 2], { max_age: "1h" });
    await component.start();
    await bed.clock.advance(3_700_000);
    expect(services()).toEqual([]);
    expect(["shard-0", "shard-1", "shard-2"].map((name) => existsSync(bed.folder.file(name)))).toEqual([
      true,
      false,
      true,
    ]);
    expect(existsSync(bed.folder.file("shard-2", id))).toBe(false);
    await component.stop();
  });

  test("that can't be opened keeps the store from starting, and says where", async () => {
    using bed = new ShardsBed();
    await bed.leave(1, "a");
    mkdirSync(bed.folder.file("shard-2", id), { recursive: true });
    writeFileSync(
      bed.folder.file("shard-2", id, "profiles.sqlite"),
      "no database, though long enough to look",
    );
    const { component } = bed.store(0, [1, 2]);
    await expect(component.start()).rejects.toThrow(bed.folder.file("shard-2", id));
  });
});

test("a store that is one of several keeps its part", async () => {
  using bed = new ShardsBed();
  const context = componentContext({
    id,
    clock: bed.clock,
    storagePath: bed.folder.file("s"),
    share: { index: 0, count: 2 },
  });
  const component = new LocalStoreComponent(v.parse(localStoreSchema, { max_bytes: 92 }), context);
  await component.start();
  await bed.add(component, "a", "b", "c");
  expect(keptServices(...component.profiles.paths())).toEqual(["c", "b"]);
  await component.stop();
});

import { expect, test } from "bun:test";
import { systemClock } from "../../src/base/clock.ts";
import { wholeShare } from "../../src/base/share.ts";
import { componentDefinitions } from "../../src/components.ts";
import { Shard } from "../../src/controller/shard.ts";
import type { MetricFamily } from "../../src/telemetry/metric_family.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { componentsOf } from "../config/loaded.ts";
import { keptProfiles } from "../local_store/kept_profiles.ts";
import { RecordedLog } from "../telemetry/recorded_log.ts";

const storingConfig = `
pyroscope.receive_http:
  r:
    http: {listen_address: 127.0.0.1, listen_port: 0}
    forward_to: [pyroscope.local_store.a.receiver, pyroscope.local_store.b.receiver]
pyroscope.local_store: {a: {}, b: {}}
`;

/** A shard with a receiver that stores what comes, unless another configuration is given. */
class StoringShard implements AsyncDisposable {
  readonly #folder = new TemporaryFolder();
  readonly shard = new Shard({
    definitions: componentDefinitions,
    clock: systemClock,
    log: new RecordedLog(),
    storagePath: this.#folder.path,
    adoptedPaths: [],
    share: wholeShare,
  });

  static async start(config = storingConfig): Promise<StoringShard> {
    const bed = new StoringShard();
    const components = componentsOf(config);
    await bed.shard.prepare({ components, ports: {}, isFirst: true });
    await bed.shard.commit();
    return bed;
  }

  async ingest(query: string): Promise<number> {
    const health = await this.shard.health();
    const address = health.find(({ id }) => id === "pyroscope.receive_http.r")?.address;
    return (await fetch(`http://${address}/ingest?${query}`, { method: "POST", body: "profile" })).status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shard.stop(0);
    this.#folder[Symbol.dispose]();
  }
}

test("each component reports its health, and where it listens", async () => {
  await using bed = await StoringShard.start();
  const health = await bed.shard.health();
  expect(health.map(({ id, health: { state } }) => `${id} ${state}`).toSorted()).toEqual([
    "pyroscope.local_store.a healthy",
    "pyroscope.local_store.b healthy",
    "pyroscope.receive_http.r healthy",
  ]);
  expect(health.flatMap(({ address }) => address ?? [])).toEqual([
    expect.stringMatching(/^127\.0\.0\.1:\d+$/),
  ]);
});

test("it tells where its stores are, and finds a profile of any", async () => {
  await using bed = await StoringShard.start();
  expect([await bed.ingest("name=one"), await bed.ingest("name=two")]).toEqual([200, 200]);
  const stores = await bed.shard.stores();
  expect(stores.map(({ component_id }) => component_id).toSorted()).toEqual([
    "pyroscope.local_store.a",
    "pyroscope.local_store.b",
  ]);
  for (const { path, component_id } of stores) {
    const [two, one] = keptProfiles(path);
    expect(two?.service_name).toBe("two");
    const found = await bed.shard.getProfile(one?.id ?? "");
    expect([found?.profile, Buffer.from(found?.body ?? []).toString()]).toEqual([
      { ...one, component_id } as never,
      "profile",
    ]);
  }
  expect(await bed.shard.getProfile("none")).toBeUndefined();
});

test("activity is told once", async () => {
  await using bed = await StoringShard.start();
  await bed.ingest("name=one");
  const activity = await bed.shard.activity();
  expect(activity).toEqual([
    { service_name: "one", profiles: 1, bytes: 7 },
    { service_name: "one", profiles: 1, bytes: 7 },
  ]);
  expect(await bed.shard.activity()).toEqual([]);
});

test("metrics carry the component that they are of", async () => {
  await using bed = await StoringShard.start();
  await bed.ingest("name=one");
  const stored = (await bed.shard.metrics()).filter(({ name }) => name.endsWith("profiles_stored_total"));
  expect(stored.flatMap(({ samples }) => samples)).toEqual(
    ["a", "b"].map((label) => ({
      name: "pyroduct_local_store_profiles_stored_total",
      labels: { component_id: `pyroscope.local_store.${label}` },
      value: 1,
    })),
  );
});

test("metrics are read by name as in a scrape, those of queues too", async () => {
  await using bed = await StoringShard.start(
    "pyroscope.write: {w: {endpoint: {url: http://127.0.0.1:1, queue: {type: memory}}}}",
  );
  const names = ["pyroduct_write_queue_profiles", "pyroscope_write_sent_profiles_total"];
  const scraped = (await bed.shard.metrics()).filter(({ name }) => names.includes(name));
  const byName = (families: readonly MetricFamily[]) => families.map(({ name }) => name).toSorted();
  expect(byName(scraped)).toEqual(names);
  expect(byName(await bed.shard.readMetrics([...names, "none"]))).toEqual(names);
});

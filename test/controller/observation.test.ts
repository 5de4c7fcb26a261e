import { expect, test } from "bun:test";
import { CodedError } from "../../src/base/failure.ts";
import { Observation, type ObservedPlace } from "../../src/controller/observation.ts";
import type { ComponentFlow } from "../../src/controller/shard.ts";
import { InProcessSlot } from "../../src/controller/shard_slot.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { RecordedLog } from "../telemetry/recorded_log.ts";
import { StubShard } from "./stub_shard.ts";

const health = { state: "healthy", message: "fine", sinceMs: 1 } as const;

function componentFlow(more: Partial<ComponentFlow> = {}): ComponentFlow {
  return { id: "w", address: undefined, health, recent: [], endpoints: [], ...more };
}

function placeOf(shard: StubShard): InProcessSlot {
  return new InProcessSlot(shard, new FakeClock(), new RecordedLog());
}

/** Two shards, looked into as one. */
function twoShards() {
  const shards = [new StubShard(), new StubShard()] as const;
  return { shards, observation: new Observation(shards.map(placeOf)) };
}

test("what has passed is added up, and what is unhealthy anywhere counts", async () => {
  const { shards, observation } = twoShards();
  const line = (atMs: number) => ({ atMs, level: "warn", message: "m", fields: {} }) as const;
  const edge = { from: "r", to: "w", profiles: 2, bytes: 20 };
  const endpoint = { name: "e", url: "http://e", failing: undefined };
  const queue = { type: "disk", profiles: 1, bytes: 10 } as const;
  shards[0].flowNow = {
    components: [
      componentFlow({
        recent: [line(3), line(1)],
        endpoints: [{ ...endpoint, queue: { ...queue, oldestMs: 5 } }],
      }),
    ],
    edges: [edge],
  };
  const unhealthy = { state: "unhealthy", message: "no answer", sinceMs: 2 } as const;
  shards[1].flowNow = {
    components: [
      componentFlow({
        health: unhealthy,
        recent: [line(2)],
        endpoints: [{ ...endpoint, failing: "no answer", queue: { ...queue, oldestMs: 7 } }],
      }),
    ],
    edges: [edge],
  };
  const { components, edges } = await observation.flow();
  expect(edges).toEqual([{ from: "r", to: "w", profiles: 4, bytes: 40 }]);
  expect(components.get("w")).toEqual({
    id: "w",
    address: undefined,
    health: unhealthy,
    recent: [line(3), line(2), line(1)],
    endpoints: [
      { ...endpoint, failing: "no answer", queue: { type: "disk", profiles: 2, bytes: 20, oldestMs: 7 } },
    ],
  });
});

test("a queue that all shards share is told once", async () => {
  const { shards, observation } = twoShards();
  const queue = { type: "jetstream", profiles: 3, bytes: 30, oldestMs: 5 } as const;
  for (const shard of shards) {
    shard.flowNow = {
      components: [componentFlow({ endpoints: [{ name: "e", url: "http://e", queue }] })],
      edges: [],
    };
  }
  const { components } = await observation.flow();
  expect(components.get("w")?.endpoints.map((endpoint) => endpoint.queue)).toEqual([queue]);
});

test("a shard that does not answer is left out", async () => {
  const { shards, observation } = twoShards();
  shards[0].flowNow = { components: [componentFlow()], edges: [] };
  shards[0].storeLocations = [{ component_id: "s", path: "/a" }];
  const silent = async () => {
    throw new CodedError("deadline_exceeded", "no answer");
  };
  Object.assign(shards[1], {
    flow: silent,
    stores: silent,
    live: silent,
    readMetrics: silent,
    liveBody: silent,
  });
  expect((await observation.flow()).components.size).toBe(1);
  expect(await observation.stores()).toHaveLength(1);
  expect(await observation.readMetrics(["x"])).toEqual([]);
  expect(await observation.liveBody("x")).toBeUndefined();
  expect((await observation.live("v", "", [0, 7])).map(({ next }) => next)).toEqual([0, 7]);
});

test("a mistake of the viewer's is told", async () => {
  const { shards, observation } = twoShards();
  Object.assign(shards[1], {
    live: async () => {
      throw new CodedError("invalid_argument", "no selector");
    },
  });
  await expect(observation.live("v", "{", [])).rejects.toThrow("no selector");
});

test("each shard is asked for what comes after what it said", async () => {
  const { shards, observation } = twoShards();
  await observation.live("v", "{}", [3, 4]);
  expect(shards.map(({ liveQueries }) => liveQueries)).toEqual([
    [{ viewer: "v", match: "{}", after: 3 }],
    [{ viewer: "v", match: "{}", after: 4 }],
  ]);
});

test("a place keeps its number while its shard is missing", async () => {
  const [first, second] = [new StubShard(), new StubShard()];
  let running: StubShard | undefined;
  const place: ObservedPlace = {
    get running() {
      return running;
    },
    readMetrics: async () => [],
    flow: async () => ({ components: [], edges: [] }),
  };
  second.liveNow = { ...second.liveNow, next: 9 };
  second.storeLocations = [{ component_id: "s", path: "/b" }];
  const observation = new Observation([place, placeOf(second)]);
  expect((await observation.live("v", "{}", [3, 4])).map(({ next }) => next)).toEqual([3, 9]);
  expect(second.liveQueries).toEqual([{ viewer: "v", match: "{}", after: 4 }]);
  expect(await observation.stores()).toEqual([{ component_id: "s", path: "/b" }]);
  running = first;
  await observation.live("v", "{}", [3, 9]);
  expect([first, second].map(({ liveQueries }) => liveQueries.at(-1)?.after)).toEqual([3, 9]);
});

test("last lines are those of shards that answer", async () => {
  const { shards, observation } = twoShards();
  shards[0].logLines = ["a"];
  shards[1].lastLines = async () => {
    throw new CodedError("unavailable", "ended");
  };
  expect(await observation.lastLines()).toEqual([["a"]]);
});

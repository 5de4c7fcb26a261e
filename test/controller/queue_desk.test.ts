import { describe, expect, test } from "bun:test";
import { CodedError } from "../../src/base/failure.ts";
import { QueueDesk } from "../../src/controller/queue_desk.ts";
import { deadLetter, queueInfo } from "./shown_queues.ts";
import { StubShard } from "./stub_shard.ts";

/** Two shards with these queues each. */
function desk(one: StubShard["queues"], other: StubShard["queues"] = []) {
  const shards = [new StubShard(), new StubShard()] as const;
  shards[0].queues = one;
  shards[1].queues = other;
  return { shards, desk: new QueueDesk(() => shards) };
}

test("what shards have of the same queue is added up, and the oldest counts", async () => {
  const one = queueInfo("a", { profiles: 1, bytes: 10, oldest_at: null, drain_rate: 5 });
  const other = queueInfo("a", { profiles: 2, bytes: 20, oldest_at: 7, drain_rate: 5, paused: "HTTP 401" });
  const { desk: queues } = desk([one, queueInfo("b")], [other]);
  expect(await queues.list()).toEqual([
    queueInfo("a", { profiles: 3, bytes: 30, oldest_at: 7, drain_rate: 10, paused: "HTTP 401" }),
    queueInfo("b"),
  ]);
});

test("what all shards share is told once", async () => {
  const type = "jetstream";
  const one = queueInfo("a", { type, profiles: 3, dead_letters: 1, drain_rate: 5, has_endpoint: false });
  const other = queueInfo("a", { type, profiles: 3, dead_letters: 1, drain_rate: 5, paused: "HTTP 401" });
  const { desk: queues, shards } = desk([one], [other]);
  expect(await queues.list()).toEqual([
    queueInfo("a", { type, profiles: 3, dead_letters: 1, drain_rate: 10, paused: "HTTP 401" }),
  ]);
  for (const shard of shards) shard.letters = [deadLetter("l1", one.id)];
  expect(await queues.deadLetters("a", 5)).toEqual([deadLetter("l1", one.id).letter]);
});

test("an order that one shard can't carry out goes no further", async () => {
  const { desk: queues, shards } = desk([queueInfo("a")], [queueInfo("a")]);
  shards[0].orderQueue = async () => {
    throw new CodedError("unavailable", "no connection");
  };
  await expect(queues.order("a", { type: "drop" })).rejects.toThrow("no connection");
  expect(shards[1].orders).toEqual([]);
});

describe("a queue is found", () => {
  const all = [queueInfo("a"), queueInfo("b"), queueInfo("b", { component_id: "pyroscope.write.x" })];

  test.each([
    ["pyroscope.write.x:b", "pyroscope.write.x:b"],
    ["a", "pyroscope.write.w:a"],
  ])("%s", async (name, id) => {
    expect((await desk(all).desk.find(name)).id).toBe(id);
  });

  test.each([
    ["nothing", "there is no queue nothing"],
    ["b", "b may be pyroscope.write.w:b or pyroscope.write.x:b: name one of them"],
  ])("and not: %s", async (name, problem) => {
    await expect(desk(all).desk.find(name)).rejects.toThrow(problem);
  });
});

test("dead letters of all shards come together, the newest first", async () => {
  const { desk: queues, shards } = desk([queueInfo("a")], [queueInfo("a")]);
  const letters = [1, 3, 2].map((refused_at) =>
    deadLetter(`l${refused_at}`, "pyroscope.write.w:a", { refused_at }),
  );
  shards[0].letters = letters.slice(0, 2);
  shards[1].letters = letters.slice(2);
  expect((await queues.deadLetters("a", 2)).map(({ id }) => id)).toEqual(["l3", "l2"]);
  expect((await queues.deadLetter("a", "l2")).letter.id).toBe("l2");
  await expect(queues.deadLetter("a", "l9")).rejects.toThrow(
    "there is no dead letter l9 of pyroscope.write.w:a",
  );
});

test("an order goes to all shards by the queues' ids, and they say how much they did", async () => {
  const { desk: queues, shards } = desk([queueInfo("a"), queueInfo("b")]);
  shards[0].orderCount = 2;
  shards[1].orderCount = 3;
  expect(await queues.order("a", { type: "move", to: "b" })).toBe(5);
  const order = { queue: "pyroscope.write.w:a", order: { type: "move", to: "pyroscope.write.w:b" } } as const;
  expect(shards.map(({ orders }) => orders)).toEqual([[order], [order]]);
});

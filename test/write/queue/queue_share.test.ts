import { expect, test } from "bun:test";
import * as v from "valibot";
import { queueSchema, queueShare } from "../../../src/write/queue/schema.ts";

const limits = {
  max_bytes: "100MB",
  concurrency: 8,
  drain_rate: "10MB",
  dead_letters: { max_bytes: "60MB" },
};

function shareOfHalf(queue: object) {
  const { max_bytes, concurrency, drain_rate, dead_letters } = queueShare(v.parse(queueSchema, queue), {
    index: 1,
    count: 2,
  });
  return [max_bytes, concurrency, drain_rate, dead_letters.max_bytes].map((one) => Number(one));
}

test.each(["memory", "disk"])("a worker's part of a queue of the type %s is a part of all limits", (type) => {
  const whole = v.parse(queueSchema, { type, ...limits });
  expect(shareOfHalf({ type, ...limits })).toEqual([
    Number(whole.max_bytes) / 2,
    whole.concurrency / 2,
    whole.drain_rate / 2,
    whole.dead_letters.max_bytes / 2,
  ]);
});

test("of a shared queue a worker sends a part, while its streams stay whole", () => {
  const queue = { type: "jetstream", servers: ["nats://127.0.0.1:4222"], ...limits };
  const whole = v.parse(queueSchema, queue);
  expect(shareOfHalf(queue)).toEqual([
    Number(whole.max_bytes),
    whole.concurrency / 2,
    whole.drain_rate / 2,
    whole.dead_letters.max_bytes,
  ]);
});

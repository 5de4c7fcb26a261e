import { describe, expect, test } from "bun:test";
import { CodedError } from "../../src/base/failure.ts";
import { inProcessChannel, type MessageChannel } from "../../src/controller/message_channel.ts";
import { connectShard } from "../../src/controller/shard_client.ts";
import { serveShard } from "../../src/controller/shard_server.ts";
import type { LiveDelivery, LiveRecord } from "../../src/graph/live_shapes.ts";
import { FakeClock, settled } from "../base/fake_clock.ts";
import { RecordedLog } from "../telemetry/recorded_log.ts";
import { portTaken, StubShard, storedBody } from "./stub_shard.ts";

/** A shard and who calls it, at the two ends of a channel that the test can close. */
class ChannelBed {
  readonly stub = new StubShard();
  readonly clock = new FakeClock();
  readonly log = new RecordedLog();
  readonly defects: string[] = [];
  readonly #ends = inProcessChannel();
  readonly #closed = Promise.withResolvers<string>();
  readonly calls;

  constructor() {
    const [one, other] = this.#ends;
    serveShard(other, this.stub, this.log);
    const channel: MessageChannel = {
      send: (message) => one.send(message),
      onMessage: (receive) => one.onMessage(receive),
      onClose: (ended) => void this.#closed.promise.then(ended),
    };
    this.calls = connectShard(channel, this.clock, (reason) => this.defects.push(reason));
  }

  close(reason: string): void {
    this.#closed.resolve(reason);
  }

  /** Says something to the caller in the shard's place. */
  say(message: unknown): void {
    this.#ends[1].send(message);
  }

  /** Says something to the shard in the caller's place. */
  ask(message: unknown): void {
    this.#ends[0].send(message);
  }
}

const rule = {
  ...{ index: 0, action: "drop", source_labels: ["a"], separator: ";", regex: "x" },
  ...{ target_label: "", value: "x" },
};

const delivery: LiveDelivery = {
  ...{ component: "w", endpoint: "e", outcome: "failed", attempts: 2 },
  ...{ duration_ms: 5, reason: "no answer", http_status: 503 },
};

const liveRecord: LiveRecord = {
  ...{ id: "1-1-0", request: "1-1", time: 1, receiver: "r", kind: "push", service_name: "shop" },
  ...{ labels: { a: "x" }, samples: 1, bytes: 1, format: "pprof", content_type: "", sender: "127.0.0.1" },
  ...{ status: "partly", refused: null, has_body: true },
  drops: [
    { component: "l", reason: "dropped", rule },
    { component: "l", reason: "no label is left", rule: null },
  ],
  deliveries: [delivery, { ...delivery, endpoint: null, duration_ms: null, reason: null, http_status: null }],
};

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => "none",
    (thrown: unknown) => thrown,
  );
}

describe("a call", () => {
  test("takes what it is given to the shard, and the result back", async () => {
    const bed = new ChannelBed();
    bed.stub.stored = [storedBody("1"), storedBody("2")];
    expect(await bed.calls.getProfile("2")).toEqual(storedBody("2"));
    expect(await bed.calls.getProfile("3")).toBeUndefined();
    await bed.calls.stop(7);
    await bed.calls.stop();
    expect(bed.stub.ends).toEqual(["stopped 7", "stopped undefined"]);
  });

  test("of those who look brings all that there is, histories and bodies too", async () => {
    const bed = new ChannelBed();
    const { stub, calls } = bed;
    const past = { state: "unhealthy", message: "no answer", sinceMs: 1 } as const;
    const health = { state: "healthy", message: "fine", sinceMs: 2, history: [past] } as const;
    const queue = { type: "disk", profiles: 1, bytes: 10, oldestMs: 5 } as const;
    stub.reports = [{ id: "w", address: "127.0.0.1:1", health }];
    stub.flowNow = {
      components: [
        {
          ...{ id: "w", address: undefined, health },
          recent: [{ atMs: 3, level: "warn", message: "m", fields: { url: "http://e" } }],
          endpoints: [
            { name: "e", url: "http://e", failing: "no answer", queue },
            { name: "f", url: "http://f" },
          ],
        },
      ],
      edges: [{ from: "r", to: "w", profiles: 2, bytes: 20 }],
    };
    stub.liveNow = {
      records: [liveRecord],
      next: 7,
      counts: { passed: 4, matched: 3, unseen: 2, recorded: 1 },
    };
    const body = {
      content_type: "a/b",
      content_encoding: "",
      name: undefined,
      bodies: [new Uint8Array([255])],
    };
    stub.liveBodies.set("1-1-0", body);
    stub.storeLocations = [{ component_id: "s", path: "/a" }];
    stub.families = [
      {
        name: "a",
        help: "",
        type: "gauge",
        aggregation: "max",
        samples: [{ name: "a", labels: {}, value: 1 }],
      },
      { name: "b", help: "", type: "gauge", samples: [] },
    ];
    stub.logLines = ["ts=1"];
    expect(await calls.health()).toStrictEqual(stub.reports);
    expect(await calls.flow()).toStrictEqual(stub.flowNow);
    expect(await calls.live({ viewer: "v", match: "{}", after: 3 })).toStrictEqual(stub.liveNow);
    expect(stub.liveQueries).toEqual([{ viewer: "v", match: "{}", after: 3 }]);
    expect(await calls.liveBody("1-1-0")).toStrictEqual(body);
    expect(await calls.liveBody("none")).toBeUndefined();
    expect(await calls.stores()).toStrictEqual(stub.storeLocations);
    expect(await calls.readMetrics(["a"])).toStrictEqual(stub.families.slice(0, 1));
    expect(await calls.lastLines()).toEqual(["ts=1"]);
  });

  test("that fails as expected fails with the same code", async () => {
    const bed = new ChannelBed();
    bed.stub.failure = portTaken();
    const failure = await failureOf(bed.calls.prepare({ components: [], ports: {}, isFirst: true }));
    expect(failure).toBeInstanceOf(CodedError);
    expect(failure).toMatchObject({ code: "already_exists", message: portTaken().message });
    expect(bed.log.lines).toEqual([]);
  });

  test("that fails by a defect fails as one, and is logged where it happened", async () => {
    const bed = new ChannelBed();
    bed.stub.failure = new Error("a defect");
    const failure = await failureOf(bed.calls.prepare({ components: [], ports: {}, isFirst: true }));
    expect(failure).not.toBeInstanceOf(CodedError);
    expect(String(failure)).toBe("Error: a defect");
    expect(bed.log.messages("error")).toEqual(["unexpected failure, please report it"]);
  });

  test("without an answer ends with its time", async () => {
    const bed = new ChannelBed();
    bed.stub.health = () => new Promise(() => {});
    const failure = failureOf(bed.calls.health());
    await bed.clock.advance(5000);
    expect(await failure).toMatchObject({
      code: "deadline_exceeded",
      message: "no answer to health within 5000 ms",
    });
  });

  test("has all the time that it takes to end", async () => {
    const bed = new ChannelBed();
    const gate = Promise.withResolvers<void>();
    bed.stub.stop = () => gate.promise;
    const stopped = bed.calls.stop().then(() => "stopped");
    await bed.clock.advance(1e9);
    gate.resolve();
    expect(await stopped).toBe("stopped");
    expect(bed.clock.pending).toBe(0);
  });

  test("fails where nobody is there any more, before and after", async () => {
    const bed = new ChannelBed();
    bed.stub.health = () => new Promise(() => {});
    const failure = failureOf(bed.calls.health());
    bed.close("SIGKILL");
    expect(await failure).toMatchObject({ code: "unavailable", message: "the shard has ended: SIGKILL" });
    expect(await failureOf(bed.calls.metrics())).toMatchObject({
      code: "unavailable",
      message: "the shard has ended: SIGKILL",
    });
    expect(bed.clock.pending).toBe(0);
  });

  test("whose result has another form is a defect that tells where, and no value", async () => {
    const bed = new ChannelBed();
    bed.stub.health = async () => [{ id: "a", address: "hunter2", health: "hunter2" }] as never;
    const failure = await failureOf(bed.calls.health());
    expect(String(failure)).toBe("Error: the result of health is not what it should be: 0.health");
  });

  test("with parameters of another form is a defect that tells where, and no value", async () => {
    const bed = new ChannelBed();
    const failure = await failureOf(bed.calls.listDeadLetters("q", "hunter2" as never));
    expect(String(failure)).toBe("Error: the parameters of listDeadLetters is not what it should be: 1");
    expect(JSON.stringify(bed.log.lines)).not.toContain("hunter2");
  });
});

test("an answer that comes too late, or twice, is nobody's", async () => {
  const bed = new ChannelBed();
  bed.say({ type: "result", id: 77, result: "hunter2" });
  await settled();
  expect(bed.defects).toEqual([]);
});

test("what is no answer is a defect that tells where, and no value", async () => {
  const bed = new ChannelBed();
  bed.say({ type: "failure", id: "hunter2" });
  await settled();
  expect(bed.defects).toEqual(["a reply is not what it should be: id, message"]);
});

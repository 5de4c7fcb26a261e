import { beforeEach, describe, expect, test } from "bun:test";
import { LiveTap } from "../../src/graph/live_tap.ts";
import type { Profile } from "../../src/profile/profile.ts";
import type { TapPoint } from "../../src/profile/profile_watch.ts";
import { DeliveryPlan } from "../../src/profile/receiver.ts";
import { FakeClock, fakeEpochMs } from "../base/fake_clock.ts";
import { ingestProfile, pushProfile, requestContext, series } from "../profile/sample_profiles.ts";

const receiver = "pyroscope.receive_http.r";

let clock: FakeClock;
let point: TapPoint;
let tap: LiveTap;

beforeEach(() => {
  clock = new FakeClock();
  point = { tap: undefined };
  tap = new LiveTap(clock, point);
});

/** Hands a profile to whoever looks, as the first edge does. */
function pass(profile: Profile): DeliveryPlan {
  const plan = new DeliveryPlan(requestContext(), clock);
  if (point.tap !== undefined) plan.offer(point.tap, receiver, profile);
  return plan;
}

function ask(match = "", after = 0, viewer = "v") {
  return tap.ask({ viewer, match, after });
}

test("nothing is recorded where nobody looks", () => {
  expect(pass(ingestProfile()).watch).toBeUndefined();
  expect(ask().records).toEqual([]);
});

test("a profile is recorded as it came, and again as it goes on", async () => {
  ask();
  const profile = ingestProfile(
    { service_name: "shop", env: "prod" },
    { query: "format=jfr&until=2", contentType: "text/plain" },
  );
  const plan = pass(profile);
  const first = ask();
  expect(first.records).toEqual([
    {
      id: expect.any(String),
      request: expect.any(String),
      time: fakeEpochMs,
      receiver,
      kind: "ingest",
      service_name: "shop",
      labels: { service_name: "shop", env: "prod" },
      samples: 1,
      bytes: 3,
      format: "jfr",
      content_type: "text/plain",
      sender: "192.0.2.7",
      status: "under_way",
      refused: null,
      drops: [],
      deliveries: [],
      has_body: true,
    },
  ]);
  const rewritten = { ...profile, labels: new Map([["service_name", "other"]]) };
  const delivery = plan.watch?.sending("pyroscope.write.w", rewritten);
  delivery?.began("http://a");
  await clock.advance(30);
  delivery?.settled("http://a", { outcome: "delivered", attempts: 2 });
  plan.watch?.ended();
  const second = ask("", first.next);
  expect(second.records).toMatchObject([
    {
      id: first.records[0]?.id ?? "",
      labels: { service_name: "shop", env: "prod" },
      status: "delivered",
      deliveries: [
        {
          component: "pyroscope.write.w",
          endpoint: "http://a",
          outcome: "delivered",
          attempts: 2,
          duration_ms: 30,
          reason: null,
        },
      ],
    },
  ]);
  expect(ask("", second.next).records).toEqual([]);
});

test("each series of a Push is a record, with what became of that one", () => {
  ask();
  const profile = pushProfile({ service_name: "a" }, { service_name: "b" });
  const [first, second] = profile.series;
  const plan = pass(profile);
  const rule = {
    index: 1,
    action: "drop",
    sourceLabels: ["service_name"],
    separator: ";",
    regex: "b",
    targetLabel: "",
    value: "b",
  };
  plan.watch?.dropped("pyroscope.relabel.x", second?.samples ?? [], { text: "rule 1 (drop)", rule });
  const kept: Profile = { kind: "push", series: [{ ...(first ?? series({})), labels: new Map() }] };
  plan.watch?.sending("store", kept).settled(undefined, { outcome: "stored", attempts: 1 });
  plan.watch?.ended();
  expect(ask().records.toSorted((left, right) => (left.id < right.id ? -1 : 1))).toMatchObject([
    {
      service_name: "a",
      status: "delivered",
      deliveries: [{ component: "store", endpoint: null }],
      drops: [],
    },
    {
      service_name: "b",
      status: "dropped",
      deliveries: [],
      drops: [{ component: "pyroscope.relabel.x", rule: { index: 1, action: "drop", value: "b" } }],
    },
  ]);
});

describe("the status", () => {
  const failed = {
    outcome: "failed",
    attempts: 3,
    failure: { destination: "x", attempts: 3, cause: { type: "answer", status: 422, text: "no" } },
  } as const;
  const good = { outcome: "delivered", attempts: 1 } as const;

  test.each([
    ["failed", [failed, failed]],
    ["partly", [failed, good]],
    ["delivered", [good, good]],
    ["delivered", []],
  ] as const)("is %s", (status, ends) => {
    ask();
    const profile = ingestProfile();
    const plan = pass(profile);
    const delivery = plan.watch?.sending("w", profile);
    for (const [index, end] of ends.entries()) delivery?.settled(`e${index}`, end);
    plan.watch?.ended();
    expect(ask().records).toMatchObject([{ status }]);
  });

  test("tells what the destination answered", () => {
    ask();
    const profile = ingestProfile();
    pass(profile).watch?.sending("w", profile).settled("e", failed);
    expect(ask().records).toMatchObject([{ deliveries: [{ reason: "HTTP 422: no", http_status: 422 }] }]);
  });

  test("is refused where the labels are wrong", () => {
    ask();
    pass(ingestProfile()).reject("a label is wrong");
    expect(ask().records).toMatchObject([{ status: "refused", refused: "a label is wrong" }]);
  });
});

test("a selector chooses, and the counts tell how many there were", () => {
  ask('{env="prod"}');
  for (const env of ["prod", "dev", "prod"]) pass(ingestProfile({ service_name: "a", env }));
  const { records, counts } = ask('{env="prod"}');
  expect(records.map(({ labels }) => labels["env"])).toEqual(["prod", "prod"]);
  expect(counts).toEqual({ passed: 3, matched: 2, unseen: 0, recorded: 2 });
});

test("what comes too fast is sampled, and more is recorded later", async () => {
  ask();
  for (let index = 0; index < 2000; index += 1) pass(ingestProfile({ service_name: `s${index}` }));
  expect(ask().counts).toEqual({ passed: 2000, matched: 2000, unseen: 0, recorded: 100 });
  await clock.advance(2000);
  ask();
  for (let index = 0; index < 2000; index += 1) pass(ingestProfile());
  expect(ask().counts.recorded).toBe(200);
});

test("looking takes a bounded share of the time: beyond it profiles pass unseen", () => {
  let ms = 0;
  const slow = new LiveTap({ now: () => ms++, wall: clock.wall, schedule: clock.schedule }, point);
  slow.ask({ viewer: "v", match: "", after: 0 });
  for (let index = 0; index < 100; index += 1) pass(ingestProfile());
  const { counts } = slow.ask({ viewer: "v", match: "", after: 0 });
  expect(counts.recorded).toBeLessThan(30);
  expect(counts.unseen + counts.recorded).toBe(100);
});

test("bodies are copies, bounded in bytes, and those that are too large are not kept", () => {
  ask();
  const body = new Uint8Array([1, 2, 3]);
  pass(ingestProfile(undefined, { body }));
  body.fill(9);
  pass(ingestProfile(undefined, { body: new Uint8Array(5 * 1024 * 1024) }));
  const [small, large] = ask().records;
  expect(tap.body(small?.id ?? "")?.bodies).toEqual([new Uint8Array([1, 2, 3])]);
  expect([large?.has_body, tap.body(large?.id ?? "")]).toEqual([false, undefined]);
  for (let index = 0; index < 20; index += 1)
    pass(ingestProfile(undefined, { body: new Uint8Array(4 * 1024 * 1024) }));
  const kept = ask().records.filter(({ has_body }) => has_body);
  expect(kept).toHaveLength(8);
});

test("labels of any size are kept in part", () => {
  ask();
  pass(ingestProfile({ service_name: "a", huge: "x".repeat(60_000), more: "y" }));
  expect(JSON.stringify(ask().records[0]?.labels).length).toBeLessThan(9000);
  pass(ingestProfile({ service_name: "a", huge: "x".repeat(100_000) }));
  expect(ask().counts).toEqual({ passed: 2, matched: 1, unseen: 1, recorded: 1 });
});

test("once nobody asks any more everything is forgotten", async () => {
  ask();
  pass(ingestProfile());
  await clock.advance(9000);
  expect(ask().records).toHaveLength(1);
  await clock.advance(11_000);
  expect([point.tap, clock.pending]).toEqual([undefined, 0]);
  expect(ask().records).toEqual([]);
});

test("sixteen may look at the same time", () => {
  for (let index = 0; index < 16; index += 1) ask("", 0, `v${index}`);
  expect(() => ask("", 0, "one more")).toThrow("16 others are looking already");
});

test("a wrong selector is refused", () => {
  expect(() => ask("{a")).toThrow("at character 3: expected");
  expect(point.tap).toBeUndefined();
});

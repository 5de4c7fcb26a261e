import { describe, expect, test } from "bun:test";
import { enrichDefinition } from "../../src/enrich/definition.ts";
import type { Receiver } from "../../src/profile/receiver.ts";
import {
  ComponentBed,
  ingest,
  parseArguments,
  push,
  RecordingReceiver,
  requestFrom,
  series,
} from "../relabel/component_bed.ts";

const forward_to = ["pyroscope.write.default.receiver"];
const byService = {
  forward_to,
  targets: [
    { service: "svc1", team: "red", tier: "1", __meta: "m" },
    { service: "svc2", team: "blue", region: "from-target" },
    { service: "svc1", team: "second" },
  ],
  target_match_label: "service",
  profiles_match_label: "service_name",
};
const copyTier = {
  forward_to,
  targets: [{ env: "prod", team: "red", tier: "1" }],
  target_match_label: "env",
  labels_to_copy: ["tier"],
};

describe("as recorded from Alloy", () => {
  const common = { region: "own" };
  test.each<[string, object, Record<string, string>, Record<string, string>]>([
    [
      "the last of equal targets counts",
      byService,
      { ...common, service_name: "svc1", env: "prod" },
      { ...common, service_name: "svc1", env: "prod", service: "svc1", team: "second" },
    ],
    [
      "a target's labels go over the profile's",
      byService,
      { ...common, service_name: "svc2", env: "dev" },
      { service_name: "svc2", env: "dev", service: "svc2", team: "blue", region: "from-target" },
    ],
    [
      "only what is named is copied",
      copyTier,
      { ...common, service_name: "svc1", env: "prod" },
      { ...common, service_name: "svc1", env: "prod", tier: "1" },
    ],
    [
      "no target, nothing changed",
      copyTier,
      { ...common, service_name: "svc2", env: "dev" },
      { ...common, service_name: "svc2", env: "dev" },
    ],
    [
      "no label to compare, nothing changed",
      copyTier,
      { ...common, service_name: "svc3" },
      { ...common, service_name: "svc3" },
    ],
  ])("%s", async (_name, args, given, expected) => {
    const bed = new ComponentBed(enrichDefinition, args);
    const next = new RecordingReceiver();
    const receiver = bed.connect(next);
    await bed.send(receiver, ingest(given));
    await bed.send(receiver, push(series(given), series({ other: "x" })));
    expect(next.labels).toEqual([expected, expected, { other: "x" }]);
  });
});

test("everything but the labels goes on as it is", async () => {
  const bed = new ComponentBed(enrichDefinition, copyTier);
  const next = new RecordingReceiver();
  const receiver = bed.connect(next);
  const matching = new Map([
    ["env", "prod"],
    ["tier", "1"],
  ]);
  const [profile, untouched, one] = [ingest({ env: "prod" }), ingest({ a: "b" }), series({ env: "prod" }, 3)];
  for (const sent of [profile, untouched, push(one)]) await bed.send(receiver, sent);
  expect(next.received).toEqual([
    { ...profile, labels: matching },
    untouched,
    push({ ...one, labels: matching }),
  ]);
  expect(next.received[1]).toBe(untouched);
});

describe("by the sender's address", () => {
  const args = {
    forward_to,
    targets: [{ ip: "10.0.0.1", host: "h1" }],
    target_match_label: "ip",
    profiles_match_label: "__meta_client_address",
    labels_to_copy: ["host"],
  };

  test("its target is found, whatever the sender says", async () => {
    const bed = new ComponentBed(enrichDefinition, args);
    const next = new RecordingReceiver();
    const receiver = bed.connect(next);
    const claiming = { a: "1", __meta_client_address: "10.0.0.1" };
    await bed.send(receiver, push(series({ a: "1" }), series({ a: "2" })), requestFrom("10.0.0.1"));
    await bed.send(receiver, ingest(claiming), requestFrom("10.0.0.2"));
    await bed.send(receiver, ingest(claiming), requestFrom(undefined));
    expect(next.labels).toEqual([{ a: "1", host: "h1" }, { a: "2", host: "h1" }, claiming, claiming]);
  });

  test("it is asked for only then", async () => {
    let asked = 0;
    const request = requestFrom("10.0.0.1", () => {
      asked += 1;
    });
    for (const given of [byService, args]) {
      const bed = new ComponentBed(enrichDefinition, given);
      await bed.send(
        bed.connect(new RecordingReceiver()),
        push(series({ a: "1" }), series({ a: "2" })),
        request,
      );
    }
    expect(asked).toBe(1);
  });
});

describe("metrics", () => {
  test("have Alloy's names and count what is delivered", async () => {
    const bed = new ComponentBed(enrichDefinition, byService);
    const failing = new RecordingReceiver([{ destination: "test", attempts: 1, cause: { type: "timeout" } }]);
    await bed.send(bed.connect(new RecordingReceiver()), push(series({ a: "1" }, 2), series({ a: "2" }, 3)));
    await bed.send(bed.connect(new RecordingReceiver()), ingest({ a: "1" }));
    await bed.send(bed.connect(new RecordingReceiver(), failing), push(series({ a: "1" }, 7)));
    expect(await bed.metricTypes()).toEqual({
      pyroscope_fanout_latency: "histogram",
      pyroscope_forwarded_entries_total: "counter",
    });
    expect(await bed.metrics()).toMatchObject({
      pyroscope_forwarded_entries_total: 5,
      pyroscope_fanout_latency_count: 3,
    });
  });
});

describe("life", () => {
  test("the first endpoint downstream for debug information shows through", () => {
    const bed = new ComponentBed(enrichDefinition, copyTier);
    const [one, other] = [{}, {}] as NonNullable<Receiver["debugInfo"]>[];
    const children = [one, other].map((debugInfo): Receiver => ({ plan: () => {}, debugInfo }));
    expect(bed.connect(new RecordingReceiver(), ...children).debugInfo).toBe(one);
    expect(bed.connect(new RecordingReceiver()).debugInfo).toBeUndefined();
  });

  test.each([
    ["the wiring", { ...copyTier, forward_to: ["pyroscope.write.other.receiver"] }, true],
    ["nothing", copyTier, true],
    ["a target", { ...copyTier, targets: [{ env: "prod", team: "red", tier: "2" }] }, false],
    ["what is copied", { ...copyTier, labels_to_copy: ["team"] }, false],
    ["what is compared", { ...copyTier, profiles_match_label: "stage" }, false],
  ])("%s changes in place: %j %j", (_name, args, expected) => {
    const { component } = new ComponentBed(enrichDefinition, copyTier);
    expect(component.update?.(parseArguments(enrichDefinition, args)) !== undefined).toBe(expected);
  });

  test("a receiver stays wired as it was", async () => {
    const bed = new ComponentBed(enrichDefinition, copyTier);
    const [before, after] = [new RecordingReceiver(), new RecordingReceiver()];
    const earlier = bed.connect(before);
    const later = bed.connect(after);
    expect(later).not.toBe(earlier);
    await bed.send(earlier, ingest({ a: "1" }));
    expect([before.received.length, after.received.length]).toEqual([1, 0]);
  });
});

import { describe, expect, test } from "bun:test";
import type { DeliveryFailure } from "../../src/profile/failure_report.ts";
import type { Receiver } from "../../src/profile/receiver.ts";
import { relabelDefinition } from "../../src/relabel/definition.ts";
import {
  ComponentBed,
  ingest,
  parseArguments,
  push,
  RecordingReceiver,
  requestFrom,
  series,
} from "./component_bed.ts";

const forward_to = ["pyroscope.write.default.receiver"];
const dropDev = { source_labels: ["env"], regex: "dev", action: "drop" };
const copyEnv = { source_labels: ["env"], target_label: "copy" };
const failure: DeliveryFailure = { destination: "test", attempts: 1, cause: { type: "timeout" } };

function bedWith(...rule: readonly object[]): ComponentBed {
  return new ComponentBed(relabelDefinition, { forward_to, rule });
}

describe("profiles of /ingest", () => {
  test("go on with other labels, and else as they are", async () => {
    const bed = bedWith(copyEnv);
    const next = new RecordingReceiver();
    const profile = ingest({ __name__: "app", env: "prod" });
    expect(await bed.send(bed.connect(next), profile)).toEqual([]);
    expect(next.received).toEqual([
      {
        ...profile,
        labels: new Map([
          ["__name__", "app"],
          ["env", "prod"],
          ["copy", "prod"],
        ]),
      },
    ]);
  });

  test("go on as the very same where no rule changes them", async () => {
    const bed = bedWith(dropDev);
    const next = new RecordingReceiver();
    const profile = ingest({ env: "prod" });
    await bed.send(bed.connect(next), profile);
    expect(next.received[0]).toBe(profile);
  });

  test("are dropped each time, and that is a success", async () => {
    const bed = bedWith(dropDev, { regex: "pod", action: "labeldrop" });
    const next = new RecordingReceiver([failure]);
    const receiver = bed.connect(next);
    for (const labels of [{ env: "dev" }, { env: "dev" }, { pod: "p" }, { pod: "p" }]) {
      expect(await bed.send(receiver, ingest(labels))).toEqual([]);
    }
    expect(next.received).toEqual([]);
  });
});

describe("series of Push", () => {
  test("that are left go on together", async () => {
    const bed = bedWith(dropDev, copyEnv);
    const next = new RecordingReceiver();
    const kept = series({ a: "1" }, 2);
    const changed = series({ env: "prod" }, 3);
    const all = push(series({ env: "dev" }), kept, series({ env: "dev", b: "2" }), changed);
    expect(await bed.send(bed.connect(next), all)).toEqual([]);
    expect(next.received).toEqual([
      push(kept, {
        ...changed,
        labels: new Map([
          ["env", "prod"],
          ["copy", "prod"],
        ]),
      }),
    ]);
  });

  test("that are all dropped plan nothing", async () => {
    const bed = bedWith(dropDev);
    const next = new RecordingReceiver([failure]);
    expect(await bed.send(bed.connect(next), push(series({ env: "dev" }), series({ env: "dev" })))).toEqual(
      [],
    );
    expect(next.received).toEqual([]);
  });

  test("of equal labels get the same label set", async () => {
    const bed = bedWith(copyEnv);
    const next = new RecordingReceiver();
    const receiver = bed.connect(next);
    for (let round = 0; round < 2; round += 1)
      await bed.send(receiver, push(series({ env: "x" }), series({ env: "x" })));
    const labelSets = next.received.flatMap((profile) => (profile.kind === "push" ? profile.series : []));
    expect(new Set(labelSets.map(({ labels }) => labels)).size).toBe(1);
  });
});

describe("metrics", () => {
  test("have Alloy's names and types", async () => {
    expect(await bedWith().metricTypes()).toEqual({
      pyroscope_fanout_latency: "histogram",
      pyroscope_forwarded_entries_total: "counter",
      pyroscope_relabel_cache_hits: "counter",
      pyroscope_relabel_cache_misses: "counter",
      pyroscope_relabel_cache_size: "gauge",
      pyroscope_relabel_profiles_dropped: "counter",
      pyroscope_relabel_profiles_processed: "counter",
      pyroscope_relabel_profiles_written: "counter",
    });
  });

  test("count profiles and series, looks into the cache, and samples delivered", async () => {
    const bed = bedWith(dropDev);
    const receiver = bed.connect(new RecordingReceiver(), new RecordingReceiver());
    await bed.send(receiver, push(series({}), series({ env: "prod" }, 2), series({ env: "dev" }, 4)));
    await bed.send(receiver, push(series({ env: "dev" })));
    await bed.send(receiver, ingest({ env: "prod" }));
    await bed.send(receiver, ingest({ env: "stage" }));
    expect(await bed.metrics()).toMatchObject({
      pyroscope_relabel_profiles_processed: 6,
      pyroscope_relabel_profiles_written: 4,
      pyroscope_relabel_profiles_dropped: 2,
      pyroscope_relabel_cache_hits: 2,
      pyroscope_relabel_cache_misses: 3,
      pyroscope_relabel_cache_size: 3,
      pyroscope_forwarded_entries_total: 3,
      pyroscope_fanout_latency_count: 3,
    });
  });

  test("count no samples that one receiver did not take", async () => {
    const bed = bedWith();
    const receiver = bed.connect(new RecordingReceiver(), new RecordingReceiver([failure]));
    expect(await bed.send(receiver, push(series({ a: "1" }, 2)))).toEqual([failure]);
    expect(await bed.metrics()).toMatchObject({
      pyroscope_relabel_profiles_written: 1,
      pyroscope_forwarded_entries_total: 0,
      pyroscope_fanout_latency_count: 1,
    });
  });
});

describe("the sender's address", () => {
  test("is asked for once where a rule can see it", async () => {
    const bed = bedWith({ source_labels: ["__meta_client_address"], target_label: "from" });
    const next = new RecordingReceiver();
    let asked = 0;
    const request = requestFrom("10.0.0.1", () => {
      asked += 1;
    });
    await bed.send(bed.connect(next), push(series({ a: "1" }), series({ a: "2" })), request);
    expect(next.labels).toEqual([
      { a: "1", from: "10.0.0.1" },
      { a: "2", from: "10.0.0.1" },
    ]);
    expect(asked).toBe(1);
  });

  test("is not asked for where none can", async () => {
    const bed = bedWith(copyEnv, { regex: "__.*", action: "labeldrop" });
    let asked = 0;
    const request = requestFrom("10.0.0.1", () => {
      asked += 1;
    });
    await bed.send(bed.connect(new RecordingReceiver()), ingest({ a: "1" }), request);
    expect(asked).toBe(0);
  });
});

describe("life", () => {
  test("a receiver stays wired as it was, and shares cache and metrics with later ones", async () => {
    const bed = bedWith(copyEnv);
    const [before, after] = [new RecordingReceiver(), new RecordingReceiver()];
    const earlier = bed.connect(before);
    const later = bed.connect(after);
    expect(later).not.toBe(earlier);
    await bed.send(earlier, ingest({ env: "x" }));
    await bed.send(later, ingest({ env: "x" }));
    expect([before.received.length, after.received.length]).toEqual([1, 1]);
    expect(await bed.metrics()).toMatchObject({
      pyroscope_relabel_profiles_processed: 2,
      pyroscope_relabel_cache_hits: 1,
      pyroscope_relabel_cache_misses: 1,
    });
  });

  test("the first endpoint downstream for debug information shows through", () => {
    const bed = bedWith(copyEnv);
    const [one, other] = [{}, {}] as NonNullable<Receiver["debugInfo"]>[];
    const children = [one, other].map((debugInfo): Receiver => ({ plan: () => {}, debugInfo }));
    expect(bed.connect(new RecordingReceiver(), ...children).debugInfo).toBe(one);
    expect(bed.connect(new RecordingReceiver()).debugInfo).toBeUndefined();
  });

  test.each([
    ["the wiring", { forward_to: ["pyroscope.write.other.receiver"], rule: [copyEnv] }, true],
    ["the cache's size", { forward_to, rule: [copyEnv], max_cache_size: 1 }, true],
    ["a default spelled out", { forward_to, rule: [{ ...copyEnv, regex: "(.*)" }] }, true],
    ["a rule", { forward_to, rule: [{ ...copyEnv, regex: "(.+)" }] }, false],
    ["the number of rules", { forward_to, rule: [copyEnv, copyEnv] }, false],
  ])("%s changes in place: %j %j", (_name, args, expected) => {
    const { component } = bedWith(copyEnv);
    expect(component.update?.(parseArguments(relabelDefinition, args)) !== undefined).toBe(expected);
  });

  test("a smaller cache takes effect in place", async () => {
    const bed = bedWith(copyEnv);
    const receiver = bed.connect(new RecordingReceiver());
    const smaller = parseArguments(relabelDefinition, { forward_to, rule: [copyEnv], max_cache_size: 2 });
    bed.component.update?.(smaller)?.();
    for (const env of ["1", "2", "3"]) await bed.send(receiver, ingest({ env }));
    expect(await bed.metrics()).toMatchObject({ pyroscope_relabel_cache_size: 2 });
  });

  test("it starts, is healthy, and stops", async () => {
    const { component } = bedWith(copyEnv);
    await component.start();
    expect(component.health()).toMatchObject({ state: "healthy", message: "relabelling profiles" });
    await component.stop(0);
  });

  test("a label set that is dropped is told once, at debug", async () => {
    const bed = bedWith(dropDev);
    const receiver = bed.connect(new RecordingReceiver());
    for (let round = 0; round < 3; round += 1) await bed.send(receiver, ingest({ env: "dev", app: "a" }));
    expect(bed.log.lines).toEqual([
      ["debug", "the rules drop a profile", { labels: '{app="a", env="dev"}' }],
    ]);
  });
});

/** README's recipes that say which profile goes where. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import { eventually } from "../base/eventually.ts";
import { headerOf, type Recording } from "../wire/recording.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { receiverOf, startRecipe } from "./recipe.ts";
import { namesIn, recipeTestMs, send } from "./sending.ts";

setDefaultTimeout(recipeTestMs);

describe("two backends", () => {
  test.each([[[]], [["--workers=2"]]])("both get everything, with %j", async (flags) => {
    await using staging = await RecordingSink.start();
    await using production = await RecordingSink.start();
    const addresses = {
      "http://pyroscope-staging:4040": staging.url,
      "http://pyroscope-production:4040": production.url,
    };
    await using run = startRecipe("pyroduct.yaml", { addresses, arguments: flags });
    expect(await send(await receiverOf(run), { name: "shop{env=prod}" })).toBe(200);
    expect(namesIn(staging.recording)).toEqual(["shop{env=prod,service_name=shop}"]);
    expect(namesIn(production.recording)).toEqual(["shop{env=prod,service_name=shop}"]);
  });

  test("the one on trial gets a part, and nobody waits for it", async () => {
    await using production = await RecordingSink.start();
    await using trial = await RecordingSink.start({ otherwise: { instead: "hang" } });
    const addresses = { "http://pyroscope:4040": production.url, "http://pyroscope-trial:4040": trial.url };
    await using run = startRecipe("two-backends.yaml", { addresses });
    const receiver = await receiverOf(run);
    expect(await send(receiver, { name: "shop{env=prod}" })).toBe(200);
    expect(await send(receiver, { name: "shop{env=staging}" })).toBe(200);
    await trial.recording.request(1, 15_000);
    expect(namesIn(production.recording)).toEqual([
      "shop{env=prod,service_name=shop}",
      "shop{env=staging,service_name=shop}",
    ]);
    expect(new Set(namesIn(trial.recording))).toEqual(new Set(["shop{env=staging,service_name=shop}"]));
  });
});

describe("tenants", () => {
  test("the sender's header goes on, and an endpoint's own stays", async () => {
    await using main = await RecordingSink.start();
    await using archive = await RecordingSink.start();
    const addresses = { "http://pyroscope:4040": main.url, "http://pyroscope-archive:4040": archive.url };
    await using run = startRecipe("tenants.yaml", { addresses });
    const receiver = await receiverOf(run);
    expect(await send(receiver, { name: "shop", headers: { "X-Scope-OrgID": "blue" } })).toBe(200);
    expect(await send(receiver, { name: "shop" })).toBe(200);
    expect(tenantsIn(main.recording)).toEqual(["blue", undefined]);
    expect(tenantsIn(archive.recording)).toEqual(["archive", "archive"]);
  });

  test("a label chooses one", async () => {
    await using sink = await RecordingSink.start();
    await using run = startRecipe("tenant-by-label.yaml", {
      addresses: { "http://pyroscope:4040": sink.url },
    });
    const receiver = await receiverOf(run);
    expect(await send(receiver, { name: "till{team=payments}" })).toBe(200);
    expect(await send(receiver, { name: "shop{team=web}" })).toBe(200);
    expect(await send(receiver, { name: "bare" })).toBe(200);
    expect(tenantsIn(sink.recording)).toEqual(["payments", "others", "others"]);
  });
});

test("profiles and labels are dropped by label", async () => {
  await using sink = await RecordingSink.start();
  await using run = startRecipe("drop.yaml", { addresses: { "http://pyroscope:4040": sink.url } });
  const receiver = await receiverOf(run);
  const names = [
    "shop{env=test}",
    "shop{env=dev}",
    "canary-shop{env=prod}",
    "shop{env=latest,pod_uid=1,pod_template_hash=2}",
  ];
  for (const name of names) expect(await send(receiver, { name })).toBe(200);
  expect(namesIn(sink.recording)).toEqual(["shop{env=latest,service_name=shop}"]);
});

test("three pods of ten are kept, and all of the service that counts", async () => {
  await using sink = await RecordingSink.start();
  await using run = startRecipe("sampling.yaml", { addresses: { "http://pyroscope:4040": sink.url } });
  const receiver = await receiverOf(run);
  const pods = Array.from({ length: 60 }, (_, index) => `pod-${index}`);
  // Twice, since the same ones must be kept each time.
  const names = ["shop", "payments", "shop"].flatMap((app) => pods.map((pod) => `${app}{pod=${pod}}`));
  expect(await Promise.all(names.map((name) => send(receiver, { name })))).toEqual(names.map(() => 200));
  const kept = pods.filter((pod) => tenthOf(pod) <= 2);
  expect(kept.length).toBeWithin(10, 30);
  const expected = [
    ...pods.map((pod) => `payments{pod=${pod},service_name=payments}`),
    ...[...kept, ...kept].map((pod) => `shop{pod=${pod},service_name=shop}`),
  ];
  expect(namesIn(sink.recording)).toEqual(expected.toSorted());
});

test("a queue sends what came during an outage", async () => {
  await using production = await RecordingSink.start({ otherwise: { status: 503 } });
  await using trial = await RecordingSink.start({ otherwise: { instead: "reset" } });
  const addresses = { "http://pyroscope:4040": production.url, "http://pyroscope-trial:4040": trial.url };
  await using run = startRecipe("queues.yaml", { addresses });
  const headers = { "X-Scope-OrgID": "blue" };
  expect(await send(await receiverOf(run), { name: "shop", headers })).toBe(200);
  await Promise.all([production.recording.request(1, 15_000), trial.recording.request(1, 15_000)]);
  const later = [production.script({}), trial.script({})];
  await eventually("both deliveries", () => later.every(({ requests }) => requests.length > 0), 15_000);
  for (const recording of later) {
    expect(namesIn(recording)).toEqual(["shop{service_name=shop}"]);
    expect(tenantsIn(recording)).toEqual(["blue"]);
  }
});

function tenantsIn({ requests }: Recording): (string | undefined)[] {
  return requests.map((request) => headerOf(request, "x-scope-orgid"));
}

/** What Prometheus' hashmod makes of a value: the last eight bytes of its MD5, modulo 10. */
function tenthOf(value: string): number {
  return Number(createHash("md5").update(value).digest().readBigUInt64BE(8) % 10n);
}

import { expect, test } from "bun:test";
import type { LiveBatch, LiveProfiles } from "../../src/admin/api/live.ts";
import { RunningAdmin, receiverInto } from "./running_admin.ts";

const config = {
  "pyroscope.receive_http": { r: receiverInto("pyroscope.relabel.x") },
  "pyroscope.relabel": {
    x: {
      rule: { action: "drop", source_labels: ["env"], regex: "dev" },
      forward_to: ["pyroscope.local_store.s.receiver"],
    },
  },
  "pyroscope.local_store": { s: {} },
};

const send = (admin: RunningAdmin, name: string) => admin.ingest(`name=${encodeURIComponent(name)}`);

test("profiles stream as they pass, chosen by labels, with what became of them", async () => {
  await using admin = await RunningAdmin.start(config);
  await using all = await admin.events("/api/v0/live/events");
  await using chosen = await admin.events(`/api/v0/live/events?match=${encodeURIComponent('{env=~"d.*"}')}`);
  await Promise.all([all.next("profiles"), chosen.next("profiles")]);
  await send(admin, "shop{env=prod}");
  await send(admin, "shop{env=dev}");
  const seen = new Map<string, string>();
  await all.next<LiveBatch>("profiles", ({ profiles }) => {
    for (const { labels, status } of profiles) seen.set(labels["env"] ?? "", status);
    return seen.get("prod") === "delivered" && seen.get("dev") === "dropped";
  });
  const batch = await chosen.next<LiveBatch>("profiles", ({ profiles }) => profiles.length > 0);
  expect(batch?.profiles).toMatchObject([
    {
      labels: { env: "dev" },
      status: "dropped",
      drops: [{ component: "pyroscope.relabel.x", rule: { index: 0 } }],
    },
  ]);
  expect(batch?.sampling).toMatchObject({ passed: 2, matched: 1, unseen: 0, recorded: 1 });
});

test("the list has the newest first, as many as asked for", async () => {
  await using admin = await RunningAdmin.start(config);
  const list = (query: string) => admin.json<LiveProfiles>(`/api/v0/live${query}`);
  expect((await list("")).profiles).toEqual([]);
  for (const name of ["a", "b", "c"]) await send(admin, name);
  expect((await list("?limit=2")).profiles.map(({ service_name }) => service_name)).toEqual(["c", "b"]);
  expect((await list(`?match=${encodeURIComponent('service_name="a"')}`)).profiles).toHaveLength(1);
  for (let index = 0; index < 30; index += 1) expect((await list("")).profiles).toHaveLength(3);
});

test.each(["/api/v0/live?match={a", "/api/v0/live/events?match={a", "/api/v0/live?limit=0"])(
  "%s is refused with what is wrong",
  async (path) => {
    await using admin = await RunningAdmin.start(config);
    const response = await admin.request(path);
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringMatching(/expected|whole number/),
    ]);
  },
);

test("where too many look, the stream says so and ends", async () => {
  await using admin = await RunningAdmin.start(config);
  const readers = await Promise.all(Array.from({ length: 16 }, () => admin.events("/api/v0/live/events")));
  await Promise.all(readers.map((reader) => reader.next("profiles")));
  await using refused = await admin.events("/api/v0/live/events");
  expect(await refused.next<string>("problem")).toBe("16 others are looking already");
  expect(await refused.next("profiles")).toBeUndefined();
  for (const reader of readers) await reader[Symbol.asyncDispose]();
});

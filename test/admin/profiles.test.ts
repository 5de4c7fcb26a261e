import { describe, expect, test } from "bun:test";
import type { DiffGraph, FlameGraph } from "../../src/admin/api/flame_graph.ts";
import type { LiveProfiles } from "../../src/admin/api/live.ts";
import type {
  LabelValues,
  ProfilePage,
  ProfileParts,
  ProfileTypes,
  Services,
} from "../../src/admin/api/store.ts";
import { sampleForm, samplePprof } from "./pprof/sample_pprof.ts";
import { RunningAdmin, storeConfig } from "./running_admin.ts";

const encoded = encodeURIComponent;
const type = "process_cpu:cpu:nanoseconds";

/** An admin server over a store with two profiles. */
async function storedAdmin(): Promise<RunningAdmin> {
  const admin = await RunningAdmin.start(storeConfig);
  const form = await sampleForm({ profile: Bun.gzipSync(samplePprof({ "main;a": 30 })) });
  await admin.ingest(`name=${encoded("shop{env=prod}")}`, form.bytes, { "Content-Type": form.contentType });
  await admin.ingest(`name=${encoded("cart{env=dev}")}&format=pprof`, samplePprof({ "main;b": 10 }));
  return admin;
}

test("what is stored is listed, chosen from, drawn, compared and taken away", async () => {
  await using admin = await storedAdmin();
  const match = encoded('{env="prod"}');
  const list = await admin.json<ProfilePage>("/api/v0/profiles?limit=1");
  expect(list.profiles.map(({ service_name }) => service_name)).toEqual(["cart"]);
  const rest = await admin.json<ProfilePage>(`/api/v0/profiles?limit=1&cursor=${list.next_cursor}`);
  expect([rest.profiles[0]?.service_name, rest.next_cursor]).toEqual(["shop", null]);
  const chosen = await admin.json<ProfilePage>(`/api/v0/profiles?match=${match}&type=${type}`);
  expect(chosen.profiles).toHaveLength(1);
  expect((await admin.json<Services>("/api/v0/store/services")).services).toHaveLength(2);
  expect((await admin.json<ProfileTypes>("/api/v0/store/types")).types.map(({ id }) => id)).toEqual([type]);
  const values = await admin.json<LabelValues>("/api/v0/store/label-values?name=env");
  expect(values.values).toEqual(["dev", "prod"]);
  expect(await admin.json("/api/v0/store/labels")).toEqual({ names: expect.arrayContaining(["env"]) });
  expect((await admin.json<FlameGraph>(`/api/v0/store/flamegraph?type=${type}`)).total).toBe(40);
  expect((await admin.json<FlameGraph>(`/api/v0/store/flamegraph?type=${type}&match=${match}`)).total).toBe(
    30,
  );
  const diff = await admin.json<DiffGraph>(
    `/api/v0/store/diff?type=${type}&left_match=${match}&right_match=${encoded('{env="dev"}')}`,
  );
  expect([diff.left_total, diff.right_total]).toEqual([30, 10]);
  const id = chosen.profiles[0]?.id;
  expect((await admin.json<FlameGraph>(`/api/v0/profiles/${id}/flamegraph`)).total).toBe(30);
  expect((await admin.json<ProfileParts>(`/api/v0/profiles/${id}/parts`)).parts).toMatchObject([
    { name: "profile", format: "pprof", is_profile: true },
  ]);
});

describe("bytes are attachments that no browser shows", () => {
  test.each([
    ["raw", ".pprof"],
    ["raw?part=profile", ".pprof"],
  ])("%s", async (path, extension) => {
    await using admin = await storedAdmin();
    const [profile] = (await admin.json<ProfilePage>(`/api/v0/profiles?match=${encoded('{env="prod"}')}`))
      .profiles;
    const { headers, status } = await admin.request(`/api/v0/profiles/${profile?.id}/${path}`);
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${profile?.id}${extension}"`,
      "content-security-policy": "sandbox",
      "x-content-type-options": "nosniff",
    });
    expect(headers.has("content-encoding")).toBe(false);
  });

  test("merged", async () => {
    await using admin = await storedAdmin();
    const response = await admin.request(`/api/v0/store/pprof?type=${type}`);
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="merged.pprof"');
    expect(Buffer.from(await response.arrayBuffer()).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  });

  test("a part that a stranger named is called by safe characters alone", async () => {
    await using admin = await RunningAdmin.start(storeConfig);
    const form = await sampleForm({ 'x"; y\r\n<>': "text" });
    await admin.ingest("name=shop", form.bytes, { "Content-Type": form.contentType });
    const [profile] = (await admin.json<ProfilePage>("/api/v0/profiles")).profiles;
    const response = await admin.request(`/api/v0/profiles/${profile?.id}/raw`);
    expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="[a-zA-Z0-9._-]+"$/);
  });
});

test("a live profile opens as a graph and as bytes, as long as it is kept", async () => {
  await using admin = await RunningAdmin.start(storeConfig);
  await admin.json<LiveProfiles>("/api/v0/live");
  const body = samplePprof({ "main;a": 5 });
  await admin.ingest("name=shop", body);
  const [profile] = (await admin.json<LiveProfiles>("/api/v0/live")).profiles;
  expect((await admin.json<FlameGraph>(`/api/v0/live/${profile?.id}/flamegraph`)).total).toBe(5);
  const raw = await admin.request(`/api/v0/live/${profile?.id}/raw`);
  expect(Buffer.from(await raw.arrayBuffer())).toEqual(Buffer.from(body));
  expect(raw.headers.get("content-disposition")).toStartWith("attachment");
  expect((await admin.request("/api/v0/live/none/raw")).status).toBe(404);
  expect((await admin.request("/api/v0/live/none/flamegraph")).status).toBe(404);
});

test.each([
  ["/api/v0/profiles?match={a", 400, "at character 3"],
  ["/api/v0/profiles?from=now", 400, "from must be a whole number"],
  ["/api/v0/profiles?cursor=x", 400, "cursor"],
  ["/api/v0/store/flamegraph", 400, "type is required"],
  [`/api/v0/store/flamegraph?type=${type}&max_nodes=0`, 400, "max_nodes"],
  ["/api/v0/store/diff?type=x&left_match={", 400, "at character 2"],
  ["/api/v0/store/label-values", 400, "name is required"],
  ["/api/v0/profiles/none/raw", 404, "there is no such profile"],
  ["/api/v0/profiles/none/parts", 404, "there is no such profile"],
  ["/api/v0/profiles/none/flamegraph", 404, "there is no such profile"],
])("%s is answered %d", async (path, status, text) => {
  await using admin = await storedAdmin();
  const response = await admin.request(path);
  expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(text)]);
});

import { expect, test } from "bun:test";
import type {
  ConfigReference,
  ConfigView,
  ReloadAnswer,
  ValidateAnswer,
} from "../../src/admin/api/config.ts";
import { createAdminApp } from "../../src/admin/app.ts";
import { componentDefinitions } from "../../src/components.ts";
import { ControllerBed } from "../controller/controller_bed.ts";
import { portTaken } from "../controller/stub_shard.ts";

const original = `
pyroscope.write:
  a:
    endpoint:
      url: http://a
      basic_auth: {username: u, password: hunter2}
`;

async function configBed(text = original) {
  const bed = new ControllerBed(text);
  await bed.controller.start();
  const app = createAdminApp(bed.controller, bed.log);
  return {
    source: bed.source,
    stub: bed.stub,
    get: async <Answer>(path: string) => (await (await app.request(path)).json()) as Answer,
    post: async <Answer>(path: string, body?: string) =>
      (await (await app.request(path, { method: "POST", body: body ?? null })).json()) as Answer,
    request: app.request,
  };
}

const shown =
  "pyroscope.write:\n  a:\n    endpoint:\n      - url: http://a\n        basic_auth:\n          username: u\n          password: (secret)\n";

test("where the file is as it was, nothing differs", async () => {
  const { get } = await configBed();
  expect(await get<ConfigView>("/api/v0/config")).toEqual({
    name: "pyroduct.yaml",
    is_file: true,
    loaded_at: expect.any(Number),
    running: shown,
    on_disk: shown,
    is_changed: false,
    diff: [],
    problems: [],
  });
});

test("what differs is told line by line, a secret too, without showing it", async () => {
  const { get, source } = await configBed();
  source.text = original.replace("hunter2", "hunter3").replace("http://a", "http://b");
  const view = await get<ConfigView>("/api/v0/config");
  expect(JSON.stringify(view)).not.toContain("hunter");
  expect(view.is_changed).toBe(true);
  expect(view.diff.filter(({ change }) => change !== "same")).toEqual([
    { change: "removed", text: "      - url: http://a" },
    { change: "added", text: "      - url: http://b" },
    { change: "removed", text: "          password: (secret)" },
    { change: "added", text: "          password: (secret)" },
  ]);
});

test("of a file that can't be used the problems are told, and nothing of its text", async () => {
  const { get, source } = await configBed();
  source.text = original.replace("password:", "pasword:");
  const view = await get<ConfigView>("/api/v0/config");
  expect(JSON.stringify(view)).not.toContain("hunter");
  expect(view).toMatchObject({ on_disk: null, is_changed: true, diff: [] });
  expect(view.problems[0]).toMatchObject({
    file: "pyroduct.yaml",
    line: 6,
    path: "pyroscope.write.a.endpoint.basic_auth.pasword",
    text: expect.stringMatching(
      /^pyroduct\.yaml:6:\d+: pyroscope\.write\.a\.endpoint\.basic_auth\.pasword: /,
    ),
  });
});

test("a configuration is checked as it is sent, or as it stands on disk, and nothing changes", async () => {
  const { post, source, stub } = await configBed();
  expect(await post<ValidateAnswer>("/api/v0/config/validate", "pyroscope.write: {a: 5}")).toEqual({
    ok: false,
    components: 0,
    problems: [
      {
        file: "pyroduct.yaml",
        line: 1,
        column: 22,
        path: "pyroscope.write.a",
        message: "expected a mapping",
        text: "pyroduct.yaml:1:22: pyroscope.write.a: expected a mapping",
      },
    ],
  });
  expect(await post<ValidateAnswer>("/api/v0/config/validate", original)).toEqual({
    ok: true,
    components: 1,
    problems: [],
  });
  source.text = "pyroscope.write: [";
  expect(await post<ValidateAnswer>("/api/v0/config/validate")).toMatchObject({ ok: false });
  expect(stub.applied).toHaveLength(1);
});

test("a configuration of any size is not read", async () => {
  const { request } = await configBed();
  const response = await request("/api/v0/config/validate", {
    method: "POST",
    body: "#".repeat(5 * 1024 * 1024),
  });
  expect(response.status).toBe(413);
});

test("a reload tells what came of it, with places where there are any", async () => {
  const { post, source, stub } = await configBed();
  expect(await post<ReloadAnswer>("/api/v0/config/reload")).toEqual({ ok: true, problems: [] });
  source.text = "pyroscope.write: {a: 5}";
  expect(await post<ReloadAnswer>("/api/v0/config/reload")).toMatchObject({
    ok: false,
    problems: [{ line: 1, column: 22 }],
  });
  source.text = original;
  stub.failure = portTaken();
  expect(await post<ReloadAnswer>("/api/v0/config/reload")).toEqual({
    ok: false,
    problems: [
      {
        file: "pyroduct.yaml",
        line: null,
        column: null,
        path: "",
        message: portTaken().message,
        text: portTaken().message,
      },
    ],
  });
});

test("the reference has every argument of every component", async () => {
  const { get } = await configBed();
  const { components } = await get<ConfigReference>("/api/v0/config/reference");
  expect(components.map(({ type }) => type)).toEqual(componentDefinitions.map(({ type }) => type));
  const store = components.find(({ type }) => type === "pyroscope.local_store");
  expect(store?.arguments).toContainEqual({
    path: "max_bytes",
    type: expect.any(String),
    is_required: false,
    default: "1GiB",
    description: "Bytes of profiles kept; the oldest go first.",
  });
});

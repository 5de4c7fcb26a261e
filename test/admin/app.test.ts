import { describe, expect, test } from "bun:test";
import { parse } from "yaml";
import { createAdminApp } from "../../src/admin/app.ts";
import { fakeEpochMs } from "../base/fake_clock.ts";
import { ControllerBed, writeConfig } from "../controller/controller_bed.ts";
import { storedBody } from "../controller/stub_shard.ts";

/** An admin server over a controller that has started, without a socket. */
async function adminBed(text = writeConfig("a")) {
  const bed = new ControllerBed(text);
  await bed.controller.start();
  const app = createAdminApp(bed.controller);
  const request = async (path: string, init?: RequestInit) => {
    const response = await app.request(path, init);
    return { response, status: response.status, text: await response.clone().text() };
  };
  return { ...bed, controller: bed.controller, source: bed.source, stub: bed.stub, log: bed.log, request };
}

describe("/-/live, /-/ready and /-/healthy", () => {
  test("say yes where all is well", async () => {
    const { request } = await adminBed();
    expect([await request("/-/live"), await request("/-/ready"), await request("/-/healthy")]).toMatchObject([
      { status: 200, text: "pyroduct is alive.\n" },
      { status: 200, text: "pyroduct is ready.\n" },
      { status: 200, text: "All pyroduct components are healthy.\n" },
    ]);
  });

  test("before it ends it is not ready, but alive", async () => {
    const { request, controller } = await adminBed();
    await controller.announceStop();
    expect([(await request("/-/ready")).status, (await request("/-/live")).status]).toEqual([503, 200]);
  });

  test("a destination that fails is unhealthy by name and reason, and says nothing of readiness", async () => {
    const { request, stub } = await adminBed();
    const health = { state: "unhealthy", message: "no answer in time", sinceMs: fakeEpochMs } as const;
    stub.reports = [
      { id: "pyroscope.write.a", address: undefined, health },
      { id: "pyroscope.write.b", address: undefined, health },
    ];
    expect(await request("/-/healthy")).toMatchObject({
      status: 500,
      text: "unhealthy components: pyroscope.write.a, pyroscope.write.b\npyroscope.write.a: no answer in time\npyroscope.write.b: no answer in time\n",
    });
    expect((await request("/-/ready")).status).toBe(200);
  });
});

describe("/-/reload", () => {
  test("takes a good configuration", async () => {
    const { request, source, stub } = await adminBed();
    source.text = writeConfig("b");
    expect(await request("/-/reload", { method: "POST" })).toMatchObject({
      status: 200,
      text: "config reloaded\n",
    });
    expect(stub.applied.at(-1)).toEqual(["pyroscope.write.b"]);
  });

  test("refuses a bad one with every problem", async () => {
    const { request, source } = await adminBed();
    source.text = "pyroscope.write:\n  a: 5\n  b: 6\n";
    expect(await request("/-/reload", { method: "POST" })).toMatchObject({
      status: 400,
      text: "error during reload, the configuration in use stays:\npyroduct.yaml:2:6: pyroscope.write.a: expected a mapping\npyroduct.yaml:3:6: pyroscope.write.b: expected a mapping\n",
    });
    expect(await request("/-/healthy")).toMatchObject({
      status: 500,
      text: expect.stringContaining("configuration"),
    });
  });

  test("is done by POST alone", async () => {
    const { request, stub } = await adminBed();
    expect((await request("/-/reload")).status).toBe(404);
    expect(stub.applied).toHaveLength(1);
  });
});

test("/metrics is what Prometheus reads", async () => {
  const { request, stub } = await adminBed();
  const samples = [{ name: "c_total", labels: { component_id: "x" }, value: 2 }];
  stub.families = [{ name: "c_total", help: "Counted.", type: "counter", samples }];
  const { response, text } = await request("/metrics");
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(text).toContain('# HELP c_total Counted.\n# TYPE c_total counter\nc_total{component_id="x"} 2\n');
});

test("/-/config is the configuration in use, secrets masked", async () => {
  const { request } = await adminBed(`
pyroscope.write:
  a:
    endpoint:
      url: http://a
      headers: {Authorization: hunter2, X-Scope-OrgID: t1}
      basic_auth: {username: u, password: hunter2}
      http_headers: {X-Key: [hunter2]}
`);
  const { response, text } = await request("/-/config");
  expect(response.headers.get("content-type")).toBe("application/yaml; charset=utf-8");
  expect(text).not.toContain("hunter2");
  expect(parse(text)).toEqual({
    "pyroscope.write": {
      a: {
        endpoint: [
          {
            url: "http://a",
            headers: { Authorization: "(secret)", "X-Scope-OrgID": "t1" },
            basic_auth: { username: "u", password: "(secret)" },
            http_headers: { "X-Key": ["(secret)"] },
          },
        ],
      },
    },
  });
});

describe("/-/log-level", () => {
  test.each(["debug", "info", "warn", "error"])("changes the level to %s", async (level) => {
    const { request, log } = await adminBed();
    expect(await request(`/-/log-level?level=${level}`, { method: "POST" })).toMatchObject({
      status: 200,
      text: `log level is ${level}\n`,
    });
    expect(log.level).toBe(level as typeof log.level);
  });

  test.each(["", "?level=", "?level=loud", "?level=INFO"])("refuses %j", async (query) => {
    const { request, log } = await adminBed();
    expect(await request(`/-/log-level${query}`, { method: "POST" })).toMatchObject({
      status: 400,
      text: "the parameter level must be one of debug, info, warn, error\n",
    });
    expect(log.level).toBe("info");
  });
});

test("/api/v0/web/components lists them, secrets masked", async () => {
  const { request } = await adminBed(
    "pyroscope.write: {a: {endpoint: {url: http://a, bearer_token: hunter2}}}",
  );
  const { response, text } = await request("/api/v0/web/components");
  expect(text).not.toContain("hunter2");
  expect(await response.json()).toMatchObject([
    { localID: "pyroscope.write.a", name: "pyroscope.write", label: "a" },
  ]);
});

describe("/api/v0/profiles", () => {
  test("lists stored profiles, as many as asked for", async () => {
    const { request, stub } = await adminBed();
    stub.stored = Array.from({ length: 150 }, (_, index) => storedBody(`p${index}`, { received_at: index }));
    const lengthOf = async (query: string) => {
      const { profiles } = (await (await request(`/api/v0/profiles${query}`)).response.json()) as {
        profiles: unknown[];
      };
      return profiles.length;
    };
    expect([await lengthOf(""), await lengthOf("?limit=7"), await lengthOf("?limit=1000")]).toEqual([
      100, 7, 150,
    ]);
  });

  test.each(["0", "1001", "-1", "1.5", "x", "", "1e2", "999999"])("refuses the limit %j", async (limit) => {
    const { request } = await adminBed();
    expect(await request(`/api/v0/profiles?limit=${limit}`)).toMatchObject({
      status: 400,
      text: "limit must be a whole number from 1 to 1000\n",
    });
  });

  test("gives a profile out byte for byte, so that no browser shows it", async () => {
    const { request, stub } = await adminBed();
    stub.stored = [storedBody("p1", { content_type: "text/html", content_encoding: "gzip" })];
    const { response } = await request("/api/v0/profiles/p1");
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([1, 2, 255]));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/html",
      "content-encoding": "gzip",
      "content-disposition": 'attachment; filename="p1.pprof"',
      "content-security-policy": "sandbox",
      "x-content-type-options": "nosniff",
    });
  });

  test.each([
    ["", "bin"],
    ["jfr", "jfr"],
    ['../a"\r\nb', "ab"],
  ])("calls a profile of the format %j a .%s file", async (format, extension) => {
    const { request, stub } = await adminBed();
    stub.stored = [storedBody("p1", { format })];
    const { response } = await request("/api/v0/profiles/p1");
    expect(response.headers.get("content-disposition")).toBe(`attachment; filename="p1.${extension}"`);
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(response.headers.has("content-encoding")).toBe(false);
  });

  test("has no profile that is not there", async () => {
    const { request } = await adminBed();
    expect(await request("/api/v0/profiles/none")).toMatchObject({
      status: 404,
      text: "there is no such profile\n",
    });
  });
});

test.each(["/", "/-/", "/nothing", "/api/v0", "/api/v0/profiles/a/b", "/-/config/x"])(
  "%s is not found",
  async (path) => {
    const { request } = await adminBed();
    expect(await request(path)).toMatchObject({ status: 404, text: "404 page not found\n" });
  },
);

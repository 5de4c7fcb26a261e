import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { createAdminApp } from "../../src/admin/app.ts";
import { type AdminAccess, localAccess } from "../../src/admin/gate.ts";
import { hostNameOf, isKnownHost, isLoopback } from "../../src/admin/request_origin.ts";
import { systemClock } from "../../src/base/clock.ts";
import { ServerAuth } from "../../src/http/server_auth.ts";
import { anyText } from "../base/any_text.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { ControllerBed, writeConfig } from "../controller/controller_bed.ts";

/** An admin server with this access, over shards that run nothing. */
async function gateBed(access: AdminAccess) {
  const bed = new ControllerBed(writeConfig("a"));
  await bed.controller.start();
  const app = createAdminApp(bed.controller, bed.log, access);
  return {
    stub: bed.stub,
    status: async (path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") =>
      (await app.request(path, { method, headers })).status,
    request: (path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") =>
      app.request(path, { method, headers }),
  };
}

const network: AdminAccess = { isLoopback: false, hosts: ["admin.example"] };

/** Everything that shows or changes something. */
const closed: readonly (readonly [method: string, path: string])[] = [
  ["GET", "/"],
  ["GET", "/-/healthy"],
  ["GET", "/-/config"],
  ["POST", "/-/reload"],
  ["POST", "/-/log-level?level=debug"],
  ["GET", "/api/v0/web/components"],
  ["GET", "/api/v0/profiles"],
  ["GET", "/api/v0/profiles/x"],
  ["GET", "/api/v0/status"],
  ["GET", "/api/v0/flow"],
  ["GET", "/api/v0/flow/events"],
  ["GET", "/api/v0/live"],
  ["GET", "/api/v0/config"],
  ["POST", "/api/v0/config/reload"],
  ["POST", "/api/v0/config/validate"],
  ["POST", "/api/v0/sample"],
  ["POST", "/metrics"],
  ["GET", "/-/live/"],
  ["GET", "//metrics"],
];

const open = ["/metrics", "/-/live", "/-/ready"] as const;

describe("where other machines can come", () => {
  test.each(open)("%s is open, whatever the host", async (path) => {
    const { status } = await gateBed(network);
    expect([await status(path), await status(path, { Host: "pod-7.svc" })]).toEqual([200, 200]);
  });

  test.each(closed)("%s %s is refused without an auth file, with what to do", async (method, path) => {
    const { request, stub } = await gateBed(network);
    const response = await request(path, { Host: "10.0.0.7:12345" }, method);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain("--server.http.auth-file");
    expect(stub.applied).toHaveLength(1);
  });

  test("with an auth file, those who are in it come in", async () => {
    using folder = new TemporaryFolder();
    const file = folder.file("htpasswd");
    writeFileSync(file, `ann:${await Bun.password.hash("right", { algorithm: "bcrypt", cost: 4 })}\n`);
    const auth = new ServerAuth({ htpasswd: file }, systemClock);
    const { status, request } = await gateBed({ ...network, auth });
    const basic = (pair: string) => ({ Authorization: `Basic ${btoa(pair)}`, Host: "admin.example:12345" });
    for (const [method, path] of closed) expect([path, await status(path, {}, method)]).toEqual([path, 401]);
    expect(await status("/-/config", basic("ann:right"))).toBe(200);
    expect(await status("/-/config", basic("ann:wrong"))).toBe(401);
    const refused = await request("/-/config");
    expect(refused.headers.get("www-authenticate")).toBe('Basic realm="pyroduct", charset="UTF-8"');
    for (const path of open) expect(await status(path)).toBe(200);
  });
});

describe("on this machine alone", () => {
  test.each([
    ["127.0.0.1:12345", 200],
    ["localhost:12345", 200],
    ["[::1]:12345", 200],
    ["pyroduct.localhost", 200],
    ["evil.example:12345", 403],
    ["localhost.evil.example", 403],
    ["127.0.0.1.evil.example", 403],
    ["", 403],
    ["a b", 403],
  ])("a request for the host %p is answered %d", async (host, expected) => {
    const { status } = await gateBed(localAccess);
    expect([await status("/-/config", { Host: host }), await status("/metrics", { Host: host })]).toEqual([
      expected,
      expected,
    ]);
  });

  test("further names can be made known", async () => {
    const { status } = await gateBed({ ...localAccess, hosts: ["admin.example"] });
    expect([
      await status("/-/config", { Host: "Admin.Example:80" }),
      await status("/-/config", { Host: "admin.example." }),
      await status("/-/config", { Host: "xadmin.example" }),
    ]).toEqual([200, 200, 403]);
  });
});

describe("what changes something", () => {
  const host = { Host: "127.0.0.1:12345" };
  const own = "http://127.0.0.1:12345";

  test.each([
    ["curl", {}, 200],
    ["the page itself", { "Sec-Fetch-Site": "same-origin", Origin: own }, 200],
    ["a person", { "Sec-Fetch-Site": "none" }, 200],
    ["another site's page", { "Sec-Fetch-Site": "cross-site", Origin: "http://evil.example" }, 403],
    ["another port's page", { "Sec-Fetch-Site": "same-site", Origin: "http://127.0.0.1:8000" }, 403],
    ["an old browser's own page", { Origin: own }, 200],
    ["an old browser's other page", { Origin: "http://127.0.0.1:8000" }, 403],
    ["a page without an origin", { Origin: "null" }, 403],
    ["a page that lies about one", { "Sec-Fetch-Site": "cross-site", Origin: own }, 403],
    ["a file", { Origin: "file://127.0.0.1:12345" }, 403],
  ])("is answered to %s", async (_, headers, expected) => {
    const { status, stub } = await gateBed(localAccess);
    expect(await status("/-/reload", { ...host, ...headers }, "POST")).toBe(expected);
    expect(stub.applied).toHaveLength(expected === 200 ? 2 : 1);
  });

  test("looking is no change", async () => {
    const { status } = await gateBed(localAccess);
    expect(await status("/api/v0/web/components", { ...host, "Sec-Fetch-Site": "cross-site" })).toBe(200);
  });
});

test("every answer tells browsers what not to do with it", async () => {
  const { request } = await gateBed(localAccess);
  for (const path of ["/", "/-/config", "/metrics", "/api/v0/web/components", "/nothing"]) {
    const { headers } = await request(path);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'self'");
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  }
});

test.each([
  ["127.0.0.1", true],
  ["127.8.9.1", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["localhost", true],
  ["", false],
  ["0.0.0.0", false],
  ["::", false],
  ["10.0.0.7", false],
  ["host.example", false],
])("listening on %p is local: %p", (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

test("no host name that can be registered is known by itself", () => {
  fc.assert(
    fc.property(fc.domain(), fc.integer({ min: 1, max: 65535 }), (domain, port) => {
      expect(isKnownHost(`${domain}:${port}`, [])).toBe(false);
      expect(isKnownHost(`${domain}:${port}`, [domain.toLowerCase()])).toBe(true);
    }),
  );
});

test("whatever stands in Host, it is read without failing", () => {
  fc.assert(
    fc.property(anyText(), (host) => {
      expect(host.toLowerCase()).toContain(hostNameOf(host) ?? "");
    }),
  );
});

import { describe, expect, test } from "bun:test";
import { Hono } from "hono";
import { gate, localAccess } from "../../src/admin/gate.ts";
import { pageRoutes } from "../../src/admin/page_routes.ts";

const app = new Hono().use(gate(localAccess)).route("/", pageRoutes());

/** Asks as a browser does, which always says what host it means. */
function get(path: string, init: RequestInit = {}) {
  return app.request(`http://127.0.0.1${path}`, init);
}

describe("the page", () => {
  test("has its script and style in files beside it, and a policy that allows no others", async () => {
    const page = await get("/");
    expect(page.headers.get("Content-Type")).toStartWith("text/html");
    const policy = page.headers.get("Content-Security-Policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    const text = await page.text();
    expect(text).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/);
    const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(files).toHaveLength(3);
    for (const file of files) {
      const response = await get(file);
      expect([file, response.status]).toEqual([file, 200]);
      expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
    }
  });

  test("is small: less than a quarter of a megabyte in all", async () => {
    const text = await (await get("/")).text();
    const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
    const sizes = await Promise.all(files.map(async (file) => (await (await get(file)).bytes()).byteLength));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(256 * 1024);
  });

  test("is not sent again to a browser that has it", async () => {
    const etag = (await get("/")).headers.get("ETag") ?? "";
    const again = await get("/", { headers: { "If-None-Match": etag } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect((await get("/", { headers: { "If-None-Match": '"other"' } })).status).toBe(200);
  });

  test("leaves other paths to others", async () => {
    for (const path of [
      "/nope",
      "/chunk-0.js",
      "/../package.json",
      "/speedscope/nope",
      "/speedscope/toString",
    ])
      expect((await get(path)).status).toBe(404);
  });
});

describe("speedscope", () => {
  test("has all that its page names", async () => {
    expect((await get("/speedscope")).headers.get("Location")).toBe("/speedscope/");
    const page = await get("/speedscope/");
    expect(page.headers.get("Content-Security-Policy")).toContain("frame-ancestors 'self'");
    const names = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(names).toHaveLength(5);
    for (const name of names) expect((await get(`/speedscope/${name}`)).status).toBe(200);
  });

  test("has what its script and style load", async () => {
    const script = await (await get("/speedscope/speedscope-Y2522XSH.js")).text();
    const style = await (await get("/speedscope/speedscope-GHPHNKXC.css")).text();
    const names = [...`${script}${style}`.matchAll(/"\.\/([\w.-]+\.(?:wasm|txt|woff2))"/g)].map(
      (match) => match[1] ?? "",
    );
    expect(names.length).toBeGreaterThanOrEqual(3);
    for (const name of names) expect([name, (await get(`/speedscope/${name}`)).status]).toEqual([name, 200]);
  });
});

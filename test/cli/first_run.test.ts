import { describe, expect, test } from "bun:test";
import { activityLine, firstRunConfig, portTakenAdvice, welcome } from "../../src/cli/first_run.ts";
import { componentsOf } from "../config/loaded.ts";

const listen = { host: "127.0.0.1", port: 4040 };

describe("the configuration of the first run", () => {
  test("is a receiver and a store", () => {
    const components = componentsOf(JSON.stringify(firstRunConfig(listen, [])));
    expect(components.map(({ id, forwardTo }) => [id, ...forwardTo])).toEqual([
      ["pyroscope.receive_http.default", "pyroscope.local_store.default"],
      ["pyroscope.local_store.default"],
    ]);
    expect(components[0]?.source["http"]).toEqual({ listen_address: "127.0.0.1", listen_port: 4040 });
  });

  test("has an endpoint for each further destination", () => {
    const components = componentsOf(JSON.stringify(firstRunConfig(listen, ["http://a", "http://b"])));
    const write = components.find(({ type }) => type === "pyroscope.write");
    expect(write?.source["endpoint"]).toMatchObject([{ url: "http://a" }, { url: "http://b" }]);
    expect(components[0]?.forwardTo).toEqual(["pyroscope.local_store.default", "pyroscope.write.default"]);
  });
});

describe("the welcome", () => {
  test("tells where to send profiles, where they lie and where they are shown", () => {
    const text = welcome("1.2.3", "127.0.0.1:4040", "127.0.0.1:12345", "/state", []);
    expect(text).toStartWith("pyroduct 1.2.3\n");
    for (const words of [
      "http://127.0.0.1:4040/ingest",
      "/state",
      "shows them at:          http://127.0.0.1:12345/\n",
    ]) {
      expect(text).toContain(words);
    }
    expect(text).not.toContain("sends a copy");
  });

  test("tells of copies", () => {
    expect(welcome("1", "a", "b", "c", ["http://x", "http://y"])).toContain(
      "sends a copy to:    http://x, http://y\n",
    );
  });
});

test.each([
  [
    listen,
    "127.0.0.1:4040 is in use: a Pyroscope server is probably running there. To stand in front of it: --listen 127.0.0.1:4041 --forward-to http://127.0.0.1:4040",
  ],
  [
    { host: "::1", port: 80 },
    "[::1]:80 is in use: a Pyroscope server is probably running there. To stand in front of it: --listen [::1]:81 --forward-to http://[::1]:80",
  ],
])("of a port that is taken it says what to do: %j", (address, advice) => {
  expect(portTakenAdvice(address)).toBe(advice);
});

function activity(...counts: readonly number[]) {
  return counts.map((profiles, index) => ({ service_name: `s${index}`, profiles, bytes: 1024 * profiles }));
}

test.each([
  [activity(1), "1 profile (1 KiB): s0 1"],
  [activity(3, 2), "5 profiles (5 KiB): s0 3, s1 2"],
  [activity(4, 3, 2, 1), "10 profiles (10 KiB): s0 4, s1 3, s2 2, s3 1"],
  [activity(5, 4, 3, 2, 1, 1), "16 profiles (16 KiB): s0 5, s1 4, s2 3, s3 2 and 2 more"],
])("%j is one line", (services, line) => {
  expect(activityLine(services)).toBe(line);
});

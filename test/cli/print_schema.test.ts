import { describe, expect, test } from "bun:test";
import { jsonSchema } from "../../src/cli/print_schema.ts";
import { problemsOf } from "../config/loaded.ts";
import { isValid } from "./json_schema_check.ts";

const schema = jsonSchema();

const write = { "pyroscope.write": { a: { endpoint: { url: "http://a" } } } };

describe("what pyroduct takes, the schema takes", () => {
  test.each<[string, object]>([
    ["nothing but a destination", write],
    [
      "a list of destinations",
      { "pyroscope.write": { a: { endpoint: [{ url: "http://a" }, { url: "http://b" }] } } },
    ],
    [
      "a receiver with much said",
      {
        ...write,
        "pyroscope.receive_http": {
          r: {
            http: { listen_port: 4040, max_body_size: "64MiB", server_read_timeout: "5s" },
            forward_to: ["pyroscope.write.a.receiver"],
            forward_headers: ["X-Scope-OrgID"],
          },
        },
      },
    ],
    ["sizes as numbers", { "pyroscope.local_store": { s: { max_bytes: 1_000_000, max_age: "24h" } } }],
    [
      "an endpoint with much said",
      {
        "pyroscope.write": {
          a: {
            endpoint: {
              url: "http://a",
              basic_auth: { username: "u", password: "p" },
              headers: { "X-A": "1" },
              http_headers: { "X-B": ["1", "2"] },
              max_backoff_retries: 0,
              retry_on_http_429: false,
            },
            external_labels: { cluster: "c" },
            tracing: { jaeger_propagator: false },
          },
        },
      },
    ],
  ])("%s", (_, config) => {
    expect(problemsOf(JSON.stringify(config))).toEqual([]);
    expect(isValid(schema, config)).toBe(true);
  });
});

describe("what pyroduct refuses by its shape, the schema refuses", () => {
  test.each<[string, unknown]>([
    ["a list", []],
    ["an unknown component", { ...write, "pyroscope.nothing": {} }],
    ["an unknown argument", { "pyroscope.write": { a: { endpoint: { url: "http://a", nmae: "x" } } } }],
    ["a missing argument", { "pyroscope.write": { a: { endpoint: {} } } }],
    ["a missing block", { "pyroscope.write": { a: {} } }],
    ["a wrong type", { "pyroscope.write": { a: { endpoint: { url: "http://a", max_in_flight: "many" } } } }],
    [
      "text where a list must be",
      { ...write, "pyroscope.receive_http": { r: { forward_to: "pyroscope.write.a" } } },
    ],
  ])("%s", (_, config) => {
    expect(problemsOf(JSON.stringify(config))).not.toEqual([]);
    expect(isValid(schema, config)).toBe(false);
  });
});

test("every argument says what it is for", () => {
  const undocumented: string[] = [];
  const visit = (node: unknown, path: string) => {
    if (typeof node !== "object" || node === null) return;
    const properties = "properties" in node ? Object.entries(node.properties as object) : [];
    for (const [name, property] of properties) {
      if (!("description" in property)) undocumented.push(`${path}.${name}`);
    }
    for (const [key, value] of Object.entries(node)) visit(value, `${path}.${key}`);
  };
  visit(schema, "");
  expect(undocumented).toEqual([]);
});

import { expect, test } from "bun:test";
import { componentDefinitions } from "../../src/components.ts";
import { configSchema } from "../../src/config/config_schema.ts";
import { redact } from "../../src/config/redact.ts";
import { shapeOf } from "../../src/config/schema_shape.ts";

function redactedEndpoint(endpoint: Readonly<Record<string, unknown>>): unknown {
  const config = { "pyroscope.write": { a: { endpoint: [{ url: "http://a", ...endpoint }] } } };
  const shown = redact(shapeOf(configSchema(componentDefinitions)), config) as typeof config;
  const { url: _, ...rest } = shown["pyroscope.write"].a.endpoint[0] ?? { url: "" };
  return rest;
}

test.each<[Readonly<Record<string, unknown>>, unknown]>([
  [{ bearer_token: "x" }, { bearer_token: "(secret)" }],
  [{ basic_auth: { username: "u", password: "x" } }, { basic_auth: { username: "u", password: "(secret)" } }],
  [{ basic_auth: { password_file: "/run/x" } }, { basic_auth: { password_file: "/run/x" } }],
  [
    { authorization: { type: "T", credentials: "x" } },
    { authorization: { type: "T", credentials: "(secret)" } },
  ],
  [{ http_headers: { "X-A": ["x", "y"] } }, { http_headers: { "X-A": ["(secret)", "(secret)"] } }],
  [{ tls_config: { key_pem: "x", cert_pem: "c" } }, { tls_config: { key_pem: "(secret)", cert_pem: "c" } }],
  [
    {
      headers: {
        "X-Scope-OrgID": "t1",
        Authorization: "x",
        Cookie: "x",
        "X-Api-Key": "x",
        "x-auth-token": "x",
      },
    },
    {
      headers: {
        "X-Scope-OrgID": "t1",
        Authorization: "(secret)",
        Cookie: "(secret)",
        "X-Api-Key": "(secret)",
        "x-auth-token": "(secret)",
      },
    },
  ],
  [{ remote_timeout: "5s" }, { remote_timeout: "5s" }],
])("%j is shown as %j", (endpoint, shown) => {
  expect(redactedEndpoint(endpoint)).toEqual(shown);
});

test("what was given stays as it was", () => {
  const endpoint = { basic_auth: { password: "x" }, http_headers: { a: ["x"] }, headers: { Cookie: "x" } };
  redactedEndpoint(endpoint);
  expect(endpoint).toEqual({
    basic_auth: { password: "x" },
    http_headers: { a: ["x"] },
    headers: { Cookie: "x" },
  });
});

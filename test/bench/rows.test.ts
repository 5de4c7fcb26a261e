import { describe, expect, test } from "bun:test";
import { componentDefinitions } from "../../src/components.ts";
import { loadConfig } from "../../src/config/load_config.ts";
import { ingestPayload, pushPayload } from "./payload.ts";
import { pyroductConfig } from "./pyroduct_receiver.ts";
import { tenRules } from "./receivers.ts";
import { rows } from "./rows.ts";

const destinations = [1, 2].map((port) => `https://127.0.0.1:${port}`);

describe("the configurations that the bench runs", () => {
  test.each([
    ["one endpoint", {}],
    ["two endpoints", { endpoints: 2 }],
    ["rules", { rules: tenRules }],
    ["a queue", { endpoint: { queue: { type: "disk" } } }],
  ])("with %s are valid", (_, variant) => {
    const text = JSON.stringify(pyroductConfig(4040, destinations, variant, "ca.pem"));
    expect(loadConfig(text, componentDefinitions, {})).toMatchObject({ ok: true });
  });

  test("name every destination once", () => {
    for (const endpoints of [1, 2]) {
      const config = JSON.stringify(pyroductConfig(4040, destinations, { endpoints }, ""));
      for (const url of destinations) expect(config.split(`"${url}"`)).toHaveLength(2);
    }
  });

  test("have ten rules where they say so", () => {
    expect(tenRules).toHaveLength(10);
  });
});

test("no two rows have the same name", () => {
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
});

test("payloads are as large as they say", () => {
  expect(ingestPayload(100_000).body).toHaveLength(100_000);
  const push = pushPayload(10, 10_240);
  expect(push.profileBytes).toBe(102_400);
  expect(push.body.length).toBeWithin(push.profileBytes, push.profileBytes * 1.05);
});

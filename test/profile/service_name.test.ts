import { expect, test } from "bun:test";
import { withServiceName } from "../../src/profile/service_name.ts";

test.each<[string, Record<string, string>, Record<string, string>]>([
  ["without a service name it gets the name", { __name__: "app" }, { __name__: "app", service_name: "app" }],
  [
    "with a service name the name moves to app_name",
    { __name__: "app", service_name: "shop" },
    { __name__: "app", service_name: "shop", app_name: "app" },
  ],
  [
    "the sender's app_name is replaced",
    { __name__: "app", service_name: "shop", app_name: "old" },
    { __name__: "app", service_name: "shop", app_name: "app" },
  ],
  [
    "without a service name the sender's app_name stays",
    { __name__: "app", app_name: "old" },
    { __name__: "app", app_name: "old", service_name: "app" },
  ],
  ["without a name app_name goes", { service_name: "shop", app_name: "old" }, { service_name: "shop" }],
  ["without any name nothing comes", { env: "prod" }, { env: "prod" }],
  ["no labels stay no labels", {}, {}],
])("%s", (_, before, after) => {
  const labels = new Map(Object.entries(before));
  expect(Object.fromEntries(withServiceName(labels))).toEqual(after);
  expect(Object.fromEntries(labels)).toEqual(before);
});

test("labels that are complete come back as they are", () => {
  const labels = new Map([
    ["__name__", "app"],
    ["service_name", "shop"],
    ["app_name", "app"],
  ]);
  expect(withServiceName(labels)).toBe(labels);
});

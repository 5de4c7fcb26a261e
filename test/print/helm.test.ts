import { expect, test } from "bun:test";
import { parse } from "yaml";
import manifest from "../../package.json" with { type: "json" };
import { chartFiles, helmChart } from "../../src/cli/print_helm.ts";
import { problemsOf } from "../config/loaded.ts";

const files = chartFiles();

test("the archive holds the chart's files in a folder of its name", async () => {
  const archive = new Bun.Archive(await helmChart());
  const held = await archive.files();
  expect([...held.keys()].toSorted()).toEqual(
    Object.keys(files)
      .map((path) => `pyroduct/${path}`)
      .toSorted(),
  );
  expect(await held.get("pyroduct/Chart.yaml")?.text()).toBe(files["Chart.yaml"] ?? "");
});

test("the chart has the program's version", () => {
  expect(parse(files["Chart.yaml"] ?? "")).toMatchObject({
    name: "pyroduct",
    version: manifest.version,
    appVersion: manifest.version,
  });
});

test("every value is told, has a schema, and is used", () => {
  const values = Object.keys(parse(files["values.yaml"] ?? ""));
  const schema = JSON.parse(files["values.schema.json"] ?? "");
  expect(Object.keys(schema.properties)).toEqual(values);
  const templates = Object.entries(files).filter(([path]) => path.startsWith("templates/"));
  const text = templates.map(([, content]) => content).join("");
  for (const name of values) expect(text).toContain(`.Values.${name}`);
});

test("the configuration in its values is one that pyroduct takes", () => {
  const { config } = parse(files["values.yaml"] ?? "");
  expect(problemsOf(JSON.stringify(config))).toEqual([]);
});

/** What is printed for Kubernetes, judged by its published schemas and by Helm. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { parse } from "yaml";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { objectsByKind, printed, printedBytes } from "./printed.ts";
import { passes, runTool } from "./tool.ts";

const folder = new TemporaryFolder();

/** The oldest Kubernetes that is meant, and a recent one. */
const versions = ["1.27", "1.37"];
const variants = [[], ["--persistent"]] as const;

beforeAll(async () => {
  for (const flags of variants) {
    writeFileSync(folder.file(`objects${flags.join("")}.yaml`), await printed("kubernetes", ...flags));
  }
  writeFileSync(folder.file("pyroduct.tgz"), await printedBytes("helm"));
});

afterAll(() => folder[Symbol.dispose]());

describe.each(versions)("Kubernetes %s", (version) => {
  test.each(variants.map((flags) => [`objects${flags.join("")}.yaml`]))(
    "takes every object of %s",
    async (file) => {
      const said = await passes(["kubernetes-validate", "-k", version, "--strict", file], folder.path);
      expect(said.match(/ passed for resource /g)).toHaveLength(5);
    },
  );

  test("would not take a misspelt one", async () => {
    const text = await Bun.file(folder.file("objects.yaml")).text();
    writeFileSync(folder.file("bad.yaml"), text.replace("minReplicas", "minReplica"));
    const command = ["kubernetes-validate", "-k", version, "--strict", "bad.yaml"] as const;
    expect((await runTool(command, folder.path)).status).not.toBe(0);
  });
});

describe("Helm", () => {
  test("finds nothing wrong with the chart", async () => {
    expect(await passes(["helm", "lint", "--strict", "pyroduct.tgz"], folder.path)).toContain(
      "0 chart(s) failed",
    );
  });

  test.each(variants.map((flags) => [flags]))("makes what print kubernetes %j prints", async (flags) => {
    const set = flags.length === 0 ? [] : ["--set", "persistent=true"];
    const command = [
      "helm",
      "template",
      "pyroduct",
      "pyroduct.tgz",
      "--namespace",
      "default",
      ...set,
    ] as const;
    const made = objectsByKind(await passes(command, folder.path));
    const meant = objectsByKind(await Bun.file(folder.file(`objects${flags.join("")}.yaml`)).text());
    expect([...made.keys()].toSorted()).toEqual([...meant.keys()].toSorted());
    for (const [kind, object] of meant) expect(comparable(made.get(kind))).toEqual(comparable(object));
  });

  test("puts values where they belong", async () => {
    const values = {
      image: { repository: "registry.example.com/pyroduct", tag: "next" },
      replicas: 4,
      config: { "pyroscope.write": { default: { endpoint: { url: "${PYROSCOPE_URL}" } } } },
      env: [{ name: "PYROSCOPE_URL", valueFrom: { secretKeyRef: { name: "pyroscope", key: "url" } } }],
    };
    writeFileSync(folder.file("values.yaml"), JSON.stringify(values));
    const command = ["helm", "template", "profiles", "pyroduct.tgz", "--values", "values.yaml"] as const;
    const made = objectsByKind(await passes(command, folder.path));
    const [container] = made.get("Deployment")?.spec.template.spec.containers ?? [];
    expect(container).toMatchObject({ image: "registry.example.com/pyroduct:next", env: values.env });
    expect(made.get("HorizontalPodAutoscaler")?.spec.minReplicas).toBe(4);
    expect(made.get("Service")?.metadata.name).toBe("profiles");
    const config = parse(made.get("ConfigMap")?.data["pyroduct.yaml"] ?? "");
    expect(config["pyroscope.write"].default.endpoint.url).toBe("${PYROSCOPE_URL}");
  });

  test("refuses a value of another type", async () => {
    const command = ["helm", "template", "pyroduct.tgz", "--set", "replicas=some"] as const;
    const { status, error } = await runTool(command, folder.path);
    expect([status === 0, error.includes("replicas")]).toEqual([false, true]);
  });
});

/** An object with the configuration read, since Helm writes YAML in its own way. */
function comparable(object: ReturnType<ReturnType<typeof objectsByKind>["get"]>) {
  if (object?.kind !== "ConfigMap") return object;
  return { ...object, data: Object.entries(object.data).map(([name, text]) => [name, parse(text)]) };
}

import { describe, expect, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { PyroductRun, processTestMs } from "../cli/pyroduct_run.ts";

const good = `// A pipeline
pyroscope.write "a" {
  endpoint {
    url = "http://" + sys.env("HOST")
  }
}
`;

const yaml = `pyroscope.write:
  # A pipeline
  a:
    endpoint:
      url: http://\${HOST}
`;

const bad = `${good}
pyroscope.scrape "b" {
  forward_to = [pyroscope.write.a.receiver]
}
`;

const told = `(standard input): turned 1 component: pyroscope.write.a
must be set in the environment (in Alloy one that is not set is empty; \${NAME:-} is the same here): HOST
`;

const refusal = `(standard input):8:1: pyroscope.scrape.b: can't be turned: pyroduct has no such component
    8 | pyroscope.scrape "b" {
      | ^^^^^^^^^^^^^^^^
  fix: leave it to Alloy, which collects profiles, and let its pyroscope.write send them to pyroduct
`;

/** What may be given for a result in the folder. */
const output = (file: string) => ["-o", file];

describe.concurrent("convert", () => {
  test.each<[string, readonly string[], string, string, string, number]>([
    ["writes YAML to standard output", [], good, yaml, told, 0],
    [
      "writes JSON",
      ["--format=json"],
      'pyroscope.write "a" {\nendpoint {\nurl = "http://a"\n}\n}',
      json(),
      plain(),
      0,
    ],
    ["writes nothing where something can't be turned", [], bad, "", `${refusal}${nothing(1)}`, 1],
    ["writes the rest where that is wanted", ["--bypass-errors"], bad, yaml, refusal + told, 0],
    ["says that syntax can't be bypassed", ["--bypass-errors"], "a = ", "", syntax(), 1],
  ])(
    "%s",
    async (_, flags, source, out, error, status) => {
      await using run = new PyroductRun(() => ["convert", "-", ...flags], source);
      expect(await run.ended()).toEqual({ status, out, error });
    },
    processTestMs,
  );

  test(
    "writes a file that is as open as its source",
    async () => {
      await using run = new PyroductRun((folder) => {
        writeFileSync(folder.file("config.alloy"), good, { mode: 0o640 });
        return ["convert", folder.file("config.alloy"), ...output(folder.file("pyroduct.yaml"))];
      });
      const ended = await run.ended();
      expect([ended.status, ended.out]).toEqual([0, ""]);
      const file = run.folder.file("pyroduct.yaml");
      expect(readFileSync(file, "utf8")).toBe(yaml);
      expect(statSync(file).mode & 0o777).toBe(0o640 & ~process.umask());
    },
    processTestMs,
  );

  test(
    "leaves a file alone where something can't be turned",
    async () => {
      await using run = new PyroductRun((folder) => {
        writeFileSync(folder.file("old.yaml"), "old");
        return ["convert", "-", ...output(folder.file("old.yaml"))];
      }, bad);
      expect((await run.ended()).status).toBe(1);
      expect(readFileSync(run.folder.file("old.yaml"), "utf8")).toBe("old");
    },
    processTestMs,
  );

  test.each<[string, readonly string[], string]>([
    ["a source that is not there", ["convert", "/no/such/file.alloy"], "can't read /no/such/file.alloy"],
    [
      "a place that can't be written",
      ["convert", "-", "-o", "/no/such/folder/x.yaml"],
      "can't write /no/such/folder/x.yaml",
    ],
    [
      "a format that is none",
      ["convert", "-", "--format=toml"],
      "error: option '--format <format>' argument 'toml'",
    ],
  ])(
    "tells of %s",
    async (_, args, words) => {
      await using run = new PyroductRun(() => args, good);
      const ended = await run.ended();
      expect([ended.status, ended.out]).toEqual([1, ""]);
      expect(ended.error).toStartWith(words);
    },
    processTestMs,
  );
});

function json(): string {
  return `${JSON.stringify({ "pyroscope.write": { a: { endpoint: { url: "http://a" } } } }, null, 2)}\n`;
}

function plain(): string {
  return "(standard input): turned 1 component: pyroscope.write.a\n";
}

function nothing(count: number): string {
  return `${count} problem: nothing is written; --bypass-errors writes what can be turned\n`;
}

function syntax(): string {
  return "(standard input):1:5: expected a value, found the end of the file\n    1 | a =\n      |     ^\n1 problem: nothing is written\n";
}

import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { programCommand } from "../base/program.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { command } from "../cli/command.ts";
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

const json = `{
  "pyroscope.write": {
    "a": {
      "endpoint": {
        "url": "http://\${HOST}"
      }
    }
  }
}
`;

const told = `SOURCE: turned 1 component: pyroscope.write.a
must be set in the environment (in Alloy one that is not set is empty; \${NAME:-} is the same here): HOST
`;

const bad = `${good}
pyroscope.scrape "b" {
  forward_to = [pyroscope.write.a.receiver]
}
`;

const refusal = `SOURCE:8:1: pyroscope.scrape.b: can't be turned: pyroduct has no such component
    8 | pyroscope.scrape "b" {
      | ^^^^^^^^^^^^^^^^
  fix: leave it to Alloy, which collects profiles, and let its pyroscope.write send them to pyroduct
`;

const advice = "1 problem: nothing is written; --bypass-errors writes what can be turned\n";

const noSyntax = `SOURCE:1:5: expected a value, found the end of the file
    1 | a =
      |     ^
1 problem: nothing is written
`;

/** A folder with a source in it. */
function folderWith(source: string): TemporaryFolder {
  const folder = new TemporaryFolder();
  writeFileSync(folder.file("config.alloy"), source, { mode: 0o640 });
  return folder;
}

describe("convert", () => {
  test.each<[string, readonly string[], string, string, string, number]>([
    ["writes YAML to standard output", [], good, yaml, told, 0],
    [
      "writes JSON",
      ["--format=json"],
      good,
      json,
      `${told}left out 1 comment, for which JSON has no place\n`,
      0,
    ],
    ["writes nothing where something can't be turned", [], bad, "", refusal + advice, 1],
    ["writes the rest where that is wanted", ["--bypass-errors"], bad, yaml, refusal + told, 0],
    ["does not bypass what can't be read", ["--bypass-errors"], "a = ", "", noSyntax, 1],
  ])("%s", async (_, flags, source, out, error, status) => {
    using folder = folderWith(source);
    const path = folder.file("config.alloy");
    const ended = await command("convert", path, ...flags);
    expect({ ...ended, error: ended.error.replaceAll(path, "SOURCE") }).toEqual({ status, out, error });
  });

  test(
    "reads standard input",
    async () => {
      await using run = new PyroductRun(() => ["convert", "-"], good);
      const error = told.replace("SOURCE", "(standard input)");
      expect(await run.ended()).toEqual({ status: 0, out: yaml, error });
    },
    processTestMs,
  );

  test(
    "writes all of it to a reader that comes late",
    async () => {
      using folder = folderWith(good.replace("A pipeline", "x".repeat(1024 * 1024)));
      const path = folder.file("config.alloy");
      const pipes = { stdin: "ignore", stdout: "pipe", stderr: "pipe" } as const;
      await using child = Bun.spawn([...programCommand(), "convert", path], pipes);
      const [said] = await once(Readable.fromWeb(child.stderr as never), "data");
      expect(String(said)).toContain("turned 1 component");
      expect((await child.stdout.text()).length).toBe(yaml.length - "A pipeline".length + 1024 * 1024);
    },
    processTestMs,
  );

  test("writes a file that is as open as its source", async () => {
    using folder = folderWith(good);
    const file = folder.file("pyroduct.yaml");
    const ended = await command("convert", folder.file("config.alloy"), "-o", file);
    expect([ended.status, ended.out]).toEqual([0, ""]);
    expect(readFileSync(file, "utf8")).toBe(yaml);
    expect(statSync(file).mode & 0o777).toBe(0o640 & ~process.umask());
  });

  test("leaves files alone where something can't be turned", async () => {
    using folder = folderWith(bad);
    writeFileSync(folder.file("old.yaml"), "old");
    for (const name of ["old.yaml", "new.yaml"]) {
      const ended = await command("convert", folder.file("config.alloy"), "-o", folder.file(name));
      expect(ended.status).toBe(1);
    }
    expect(readFileSync(folder.file("old.yaml"), "utf8")).toBe("old");
    expect(existsSync(folder.file("new.yaml"))).toBe(false);
  });

  test.each<[string, readonly string[], string]>([
    ["a source that is not there", ["/no/such/file.alloy"], "can't read /no/such/file.alloy: ENOENT"],
    [
      "a place that can't be written",
      ["SOURCE", "-o", "/no/such/folder/x.yaml"],
      "can't write /no/such/folder/x.yaml: ENOENT",
    ],
    [
      "a format that is none",
      ["SOURCE", "--format=toml"],
      "error: option '--format <format>' argument 'toml' is invalid",
    ],
  ])("tells of %s", async (_, args, words) => {
    using folder = folderWith(good);
    const named = args.map((word) => word.replace("SOURCE", folder.file("config.alloy")));
    const ended = await command("convert", ...named);
    expect([ended.status, ended.out]).toEqual([1, ""]);
    expect(ended.error).toStartWith(words);
  });
});

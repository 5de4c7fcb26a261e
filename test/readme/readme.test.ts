import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { version } from "../../src/base/version.ts";
import { welcome } from "../../src/cli/first_run.ts";
import { jsonSchema } from "../../src/cli/print_schema.ts";
import { componentDefinitions } from "../../src/components.ts";
import { loadConfig } from "../../src/config/load_config.ts";
import { convertSource } from "../../src/convert/convert_source.ts";
import { Certificates } from "../transport/certificates.ts";
import { documentedArguments, schemaArguments } from "./argument_tables.ts";
import { type CodeBlock, codesIn, readBlocks, readRows } from "./markdown.ts";
import { knownTargets, manifest, perform, runToEnd, serve } from "./perform.ts";
import { Sandbox } from "./sandbox.ts";
import { sessionsOf } from "./session.ts";
import { pyroductStep, repository, stepOf } from "./step.ts";

setDefaultTimeout(60_000);

const markdown = await Bun.file(join(repository, "README.md")).text();
const blocks = readBlocks(markdown);
const configurations = blocks.filter(({ language }) => language === "yaml" || language === "json");

/** The configuration of Alloy's that is turned into another. */
const alloy = "config.alloy";
const alloySource = blocks.find(({ language, lines }) => language === "alloy" && lines[0] === `// ${alloy}`);

/** The configuration that has mistakes in it. */
const broken = "broken.yaml";

using certificates = new Certificates();
const server = certificates.authority();

/** Files that README names and does not show, by their names without folders. */
const samples = {
  "cpu.pprof": "main;work 12\n",
  "pyroscope-password": "secret\n",
  tokens: "token-1\n",
  htpasswd: `user:${Bun.password.hashSync("secret", { algorithm: "bcrypt", cost: 4 })}\n`,
  "tls.crt": server.cert,
  "tls.key": server.key,
  "clients-ca.crt": server.cert,
  "ca.crt": server.cert,
  "client.crt": server.cert,
  "client.key": server.key,
  "grafana-cloud-token": "glc_secret\n",
};

/** Variables that README's configurations need. */
const variables = { PYROSCOPE_USER: "12345", GRAFANA_CLOUD_USER: "12345" };

describe.concurrent("every command of README", () => {
  const hasCurl = Bun.which("curl") !== null;

  for (const { name, serve: first, commands } of sessionsOf(markdown)) {
    const needsCurl = commands.some(({ line }) => line.startsWith("curl "));
    test.skipIf(needsCurl && !hasCurl)(name, async () => {
      using sandbox = readmeSandbox();
      await using served = await serve(first, sandbox);
      for (const command of commands) await perform(command, sandbox, served);
      expect(await served.stop()).toBe(0);
    });
  }

  test("the test command is a script of the package that ends in bun test", () => {
    expect(manifest().scripts["test"]).toMatch(/&& bun test( --[\w-]+(=\w+)?)*$/);
  });

  test.each([
    "make",
    "npx bun@latest run start",
    "bun run nosuch",
    "bun test",
    "curl http://127.0.0.1:4040 | sh",
    "curl http://127.0.0.1:4040/ingest?name=app&format=pprof",
    "dist/pyroduct run $CONFIG",
  ])("%s has a form that is not known", (line) => {
    expect(() => stepOf(line)).toThrow();
  });
});

describe.concurrent("every configuration of README", () => {
  test.each(configurations.map(fileName).filter((name) => name !== broken))("%s is valid", async (name) => {
    using sandbox = readmeSandbox();
    const text = await Bun.file(join(sandbox.path, name)).text();
    expect(loadConfig(text, componentDefinitions, variables)).toMatchObject({ ok: true });
  });

  test("the broken one is refused with the problems that are shown", async () => {
    using sandbox = readmeSandbox();
    const { status, error } = await runToEnd(pyroductStep(["validate", broken]), sandbox);
    expect(status).toBe(1);
    expect(textBlocks()).toContain(error.replaceAll(join(sandbox.path, broken), broken).trim());
  });
});

describe.concurrent("what README says", () => {
  test("of Alloy's language is what convert makes of it", () => {
    const { text, problems } = convertSource(sourceOf(alloySource), componentDefinitions, "yaml");
    expect(problems).toEqual([]);
    expect(configurations.map(({ lines }) => `${lines.join("\n")}\n`)).toContain(text ?? "");
  });

  test("of a first run is what a first run prints", () => {
    const text = welcome(version, "127.0.0.1:4040", "127.0.0.1:12345", "~/.local/state/pyroduct", []);
    expect(textBlocks()).toContain(text.trim());
  });

  test("of arguments is what the JSON Schema says", () => {
    expect(documentedArguments(markdown)).toEqual(schemaArguments(jsonSchema()));
  });

  test("of commands is what the help says", async () => {
    const groups = ["print", "queue"];
    const helps = await Promise.all(groups.map((group) => help(group)));
    const inGroups = groups.flatMap((group, index) =>
      namesIn(helps[index] ?? "").map((name) => `${group} ${name}`),
    );
    const names = [...namesIn(await help()), ...inGroups];
    const documented = firstCodes("Commands").map((code) => code.replace(/ [[<].*/, ""));
    expect(documented.toSorted()).toEqual(
      names.filter((name) => !/^(print|queue)( help)?$/.test(name)).toSorted(),
    );
  });

  test.each([["run"], ["print kubernetes"]])("of flags of %s is what the help says", async (command) => {
    const flags = matches(await help(...command.split(" ")), /^ {2}(--[\w.-]+)/gm);
    expect(firstCodes(`Flags of ${command}`).map((code) => code.replace(/ .*/, ""))).toEqual(flags);
  });

  test("of targets is what the build says", async () => {
    using sandbox = new Sandbox();
    const [sentence] = matches(markdown, /^Targets: ([^.]*)\./gm);
    expect(codesIn(sentence)).toEqual(await knownTargets(sandbox));
  });

  test("of scripts is what the package says", () => {
    const commands = blocks.filter(({ language }) => language === "sh").flatMap(({ lines }) => lines);
    const named = matches(commands.join("\n"), /^(?:npx bun@1\.4\.5|bun) run (\S+)/gm);
    expect([...new Set(named)].toSorted()).toEqual(Object.keys(manifest().scripts).toSorted());
  });

  test("of metrics is what is exposed", async () => {
    using sandbox = readmeSandbox();
    await using served = await serve({ type: "serve", ...pyroductStep(["run", "pipeline.yaml"]) }, sandbox);
    const text = await (await fetch(`http://${sandbox.local("12345")}/metrics`)).text();
    const exposed = matches(text, /^# TYPE (\S+)/gm);
    const documented = firstCodes("Metrics");
    expect(documented.filter(isOwn).toSorted()).toEqual(exposed.filter(isOwn).toSorted());
    // What is known of a process depends on the system.
    expect(documented).toEqual(expect.arrayContaining(exposed));
    expect(await served.stop()).toBe(0);
  });

  test("of metrics outside of their table stands in it, too", () => {
    const named = matches(markdown, /`((?:pyroscope|pyroduct|process)_[a-z_]+)`/g);
    const families = named.map((name) => name.replace(/_(?:bucket|count|sum)$/, ""));
    expect(firstCodes("Metrics")).toEqual(expect.arrayContaining(families));
  });

  test("of places in itself leads there", () => {
    const anchors = matches(markdown, /^#+ (.*)$/gm).map(anchorOf);
    expect(anchors).toEqual(expect.arrayContaining(matches(markdown, /\]\(#([^)]*)\)/g)));
  });
});

/** A place with all the files that README shows or names. */
function readmeSandbox(): Sandbox {
  const sandbox = new Sandbox();
  for (const [name, content] of Object.entries(samples)) sandbox.write(name, content);
  for (const block of configurations) sandbox.write(fileName(block), block.lines.join("\n"));
  sandbox.write(alloy, sourceOf(alloySource));
  return sandbox;
}

// The first line of a configuration says what it is saved as.
function fileName({ lines, language, firstLine }: CodeBlock): string {
  return /^# (\S+\.(?:yaml|json))$/.exec(lines[0] ?? "")?.[1] ?? `line-${firstLine}.${language}`;
}

function sourceOf(block: CodeBlock | undefined): string {
  return block?.lines.join("\n") ?? "";
}

function textBlocks(): string[] {
  return blocks.filter(({ language }) => language === "text").map(({ lines }) => lines.join("\n").trim());
}

/** What stands in backticks in the first column of a section's tables. */
function firstCodes(heading: string): string[] {
  return readRows(markdown)
    .filter((row) => row.heading === heading)
    .flatMap(({ cells }) => codesIn(cells[0]));
}

function isOwn(metric: string): boolean {
  return !metric.startsWith("process_");
}

async function help(...command: string[]): Promise<string> {
  using sandbox = new Sandbox();
  return (await runToEnd(pyroductStep([...command, "--help"]), sandbox)).output;
}

/** The commands that a help lists. */
function namesIn(text: string): string[] {
  return matches(text.slice(text.indexOf("\nCommands:\n")), /^ {2}([\w-]+)/gm);
}

/** What the pattern's group holds at each match. */
function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? "");
}

// As GitHub makes them.
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, "")
    .replaceAll(" ", "-");
}

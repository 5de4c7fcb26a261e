import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import manifest from "../../package.json" with { type: "json" };
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { command } from "./command.ts";

describe("a mistake is told, and status 1", () => {
  test.each<[string, readonly string[], string]>([
    ["an unknown flag", ["run", "--nope"], "error: unknown option '--nope'"],
    ["an unknown command", ["rnu"], "error: unknown command 'rnu'"],
    [
      "an address that is none",
      ["run", "--listen", "nonsense"],
      "error: option '--listen <address>' argument 'nonsense' is invalid. Expected host:port, such as 127.0.0.1:4040.",
    ],
    [
      "an admin address that is none",
      ["run", "--server.http.listen-addr", "localhost"],
      "error: option '--server.http.listen-addr <address>' argument 'localhost' is invalid. Expected host:port",
    ],
    [
      "a host name with a port",
      ["run", "--server.http.host", "admin.example:80"],
      "error: option '--server.http.host <name>' argument 'admin.example:80' is invalid. Expected a host name without a port",
    ],
    [
      "a duration that is none",
      ["run", "--shutdown-delay", "soon"],
      "error: option '--shutdown-delay <duration>' argument 'soon' is invalid. Expected a duration, such as 5s.",
    ],
    [
      "a duration below zero",
      ["run", "--shutdown-delay=-1s"],
      "error: option '--shutdown-delay <duration>' argument '-1s' is invalid. Expected a duration, such as 5s.",
    ],
    [
      "a number of workers that is none",
      ["run", "--workers", "many"],
      "error: option '--workers <number>' argument 'many' is invalid. Expected a whole number from 1 to 64, or auto.",
    ],
    ["a worker by hand", ["worker"], "a worker is started by run --workers, not by hand"],
    [
      "a log level that is none",
      ["run", "--log.level", "loud"],
      "error: option '--log.level <level>' argument 'loud' is invalid. Allowed choices are debug, info, warn, error.",
    ],
    [
      "a log format that is none",
      ["run", "--log.format", "xml"],
      "error: option '--log.format <format>' argument 'xml' is invalid. Allowed choices are logfmt, json.",
    ],
    [
      "flags that go without a configuration",
      ["run", "x.yaml", "--listen", ":1"],
      "--listen and --forward-to go without a configuration: write them into it",
    ],
    [
      "a name that no object of a cluster can have",
      ["print", "kubernetes", "--name", "My_Name"],
      "error: option '--name <name>' argument 'My_Name' is invalid. Expected up to 63 small letters",
    ],
    [
      "a number of pods that is none",
      ["print", "kubernetes", "--replicas", "0"],
      "error: option '--replicas <number>' argument '0' is invalid. Expected a whole number of at least 1.",
    ],
    [
      "a size that is none",
      ["print", "kubernetes", "--storage", "much"],
      "error: option '--storage <size>' argument 'much' is invalid. Expected a size, such as 2Gi.",
    ],
    [
      "a destination that is none",
      ["print", "kubernetes", "--forward-to", "pyroscope"],
      "error: option '--forward-to <url>' argument 'pyroscope' is invalid. Expected an http or https URL",
    ],
    [
      "a path that would mean something else in a unit",
      ["print", "systemd", "--config", "/etc/a b.yaml"],
      "error: option '--config <file>' argument '/etc/a b.yaml' is invalid. Expected an absolute path",
    ],
    [
      "fewer pods at most than at least",
      ["print", "kubernetes", "--replicas", "3", "--max-replicas", "2"],
      "--max-replicas must be at least --replicas",
    ],
    [
      "a shell that there is no completion for",
      ["print", "completion", "tcsh"],
      "error: command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish.",
    ],
    [
      "a question that there is no probe for",
      ["probe", "well"],
      "error: command-argument value 'well' is invalid",
    ],
    ["a file that is not there", ["validate", "/no/such/file.yaml"], "can't read /no/such/file.yaml: ENOENT"],
    [
      "too many arguments",
      ["validate", "a", "b"],
      "error: too many arguments for 'validate'. Expected 1 argument but got 2",
    ],
    ["too few arguments", ["validate"], "error: missing required argument 'config'"],
    ["no command at all", [], "Usage: pyroduct"],
  ])("%s", async (_, args, words) => {
    const ended = await command(...args);
    expect(ended.error).toStartWith(words);
    expect([ended.status, ended.out]).toEqual([1, ""]);
  });
});

describe("validate", () => {
  test("tells of a good file how many components it has", async () => {
    using folder = new TemporaryFolder();
    const path = folder.file("good.yaml");
    writeFileSync(
      path,
      "pyroscope.write: {a: {endpoint: {url: http://a}}, b: {endpoint: {url: http://b}}}\n",
    );
    expect(await command("validate", path)).toEqual({
      status: 0,
      out: `${path}: valid, 2 components\n`,
      error: "",
    });
  });

  test("tells of a bad file everything that is wrong, a line each", async () => {
    using folder = new TemporaryFolder();
    const path = folder.file("bad.json");
    writeFileSync(
      path,
      '{"pyroscope.write": {\n  "a": 5,\n  "b": {"endpoint": {"url": "x",\n "nme": "y"}}}}\n',
    );
    const { status, out, error } = await command("validate", path);
    expect([status, out]).toEqual([1, ""]);
    expect(error.replaceAll(path, "bad.json").split("\n")).toEqual([
      "bad.json:2:8: pyroscope.write.a: expected a mapping",
      '    2 |   "a": 5,',
      "      |        ^",
      "  fix: write the arguments below a, indented",
      "bad.json:3:29: pyroscope.write.b.endpoint.url: expected an http or https URL such as http://pyroscope:4040",
      '    3 |   "b": {"endpoint": {"url": "x",',
      "      |                             ^^^",
      "  fix: write http://x, or https://x where it speaks TLS",
      'bad.json:4:2: pyroscope.write.b.endpoint.nme: unknown key (did you mean "name"?)',
      '    4 |  "nme": "y"}}}}',
      "      |  ^^^^^",
      "  fix: write name in place of nme",
      "",
    ]);
  });

  test("tells programs the same as JSON", async () => {
    using folder = new TemporaryFolder();
    const path = folder.file("bad.yaml");
    writeFileSync(
      path,
      "pyroscope.write:\n  a:\n    endpoint: {bearer_token: hunter2, nme: x, url: http://a}\n",
    );
    const { status, out, error } = await command("validate", "--json", path);
    expect([status, error]).toEqual([1, ""]);
    expect(JSON.parse(out)).toEqual({
      file: path,
      valid: false,
      problems: [
        {
          file: path,
          line: 3,
          column: 39,
          path: "pyroscope.write.a.endpoint.nme",
          message: 'unknown key (did you mean "name"?)',
          source: "    endpoint: {bearer_token: (secret), nme: x, url: http://a}",
          fix: "write name in place of nme",
        },
      ],
    });
  });

  test("tells programs of a good file that nothing is wrong", async () => {
    using folder = new TemporaryFolder();
    const path = folder.file("good.yaml");
    writeFileSync(path, "pyroscope.write: {a: {endpoint: {url: http://a}}}\n");
    const { status, out } = await command("validate", "--json", path);
    expect([status, JSON.parse(out)]).toEqual([0, { file: path, valid: true, problems: [] }]);
  });
});

describe("what it knows of itself", () => {
  test.each(["--version", "-V", "version"])("%s", async (argument) => {
    const ended = await command(argument);
    expect([ended.status, ended.error]).toEqual([0, ""]);
    expect(ended.out).toStartWith(`pyroduct ${manifest.version}`);
  });

  test.each([["help"], ["--help"]])("%s names the commands", async (argument) => {
    const ended = await command(argument);
    expect(ended.status).toBe(0);
    for (const name of ["run", "validate", "print", "version"]) expect(ended.out).toContain(`\n  ${name}`);
  });

  test("the schema is JSON", async () => {
    const ended = await command("print", "schema");
    expect(ended.status).toBe(0);
    expect(Object.keys(JSON.parse(ended.out).properties)).toContain("pyroscope.receive_http");
  });
});

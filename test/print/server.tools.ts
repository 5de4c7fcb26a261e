/** What is printed for servers and containers, judged by the tools that read it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { printed } from "./printed.ts";
import { allowedCalls, callsMade } from "./system_calls.ts";
import { passes, runTool } from "./tool.ts";

const folder = new TemporaryFolder();

beforeAll(async () => {
  // systemd-analyze looks whether the executable is there.
  writeFileSync(folder.file("pyroduct.service"), await printed("systemd", "--executable", process.execPath));
  writeFileSync(folder.file("compose.yaml"), await printed("compose"));
  writeFileSync(folder.file("Dockerfile"), await printed("dockerfile"));
});

afterAll(() => folder[Symbol.dispose]());

describe("systemd", () => {
  test("finds nothing wrong with the unit", async () => {
    expect(await passes(["systemd-analyze", "verify", "./pyroduct.service"], folder.path)).toBe("");
  });

  test("finds it exposed to 1.5 of 10 at most", async () => {
    const command = [
      "systemd-analyze",
      "security",
      "--offline=true",
      "--threshold=15",
      "./pyroduct.service",
    ] as const;
    expect(await passes(command, folder.path)).toContain("Overall exposure level");
  });

  test("would let pyroduct make every system call that it makes", async () => {
    const allowed = await allowedCalls(await printed("systemd"));
    const made = await callsMade();
    // SQLite hands its files to their folder's owner where it runs as root, which a service of its own does not.
    const refused = [...made].filter((call) => !allowed.has(call) && call !== "fchown");
    expect(refused).toEqual([]);
    // Both sides were read: what is made and what is not allowed to anybody.
    expect([made.has("listen"), made.has("fsync"), allowed.has("reboot")]).toEqual([true, true, false]);
  });

  test("finds a unit that says nonsense wrong", async () => {
    writeFileSync(folder.file("bad.service"), "[Service]\nExecStart=no/such/path\n");
    const { status } = await runTool(["systemd-analyze", "verify", "./bad.service"], folder.path);
    expect(status).not.toBe(0);
  });
});

describe("the Compose file", () => {
  test("is one by the specification's own reader, which sees the services as they are meant", async () => {
    const read = JSON.parse(await passes(["compose-go", "-format=json", "compose.yaml"], folder.path));
    expect(Object.keys(read.services).toSorted()).toEqual(["grafana", "pyroduct", "pyroscope"]);
    expect(read.configs.pyroduct.content).toContain("pyroscope.receive_http:");
  });

  test("with a key that there is not is none", async () => {
    writeFileSync(folder.file("bad.yaml"), "services: {a: {image: a, imagine: b}}\n");
    const { error, status } = await runTool(["compose-go", "bad.yaml"], folder.path);
    expect(status, error).not.toBe(0);
  });
});

describe("the Dockerfile", () => {
  test("has nothing that hadolint would have otherwise", async () => {
    expect(await passes(["hadolint", "Dockerfile"], folder.path)).toBe("");
  });
});

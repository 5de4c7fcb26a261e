import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { checkClock, checkDescriptors, checkStorage } from "../../../src/cli/doctor/local_checks.ts";
import { TemporaryFolder } from "../../base/temporary_folder.ts";
import { freePort } from "../../http/free_port.ts";
import { Certificates } from "../../transport/certificates.ts";
import { command } from "../command.ts";
import { PyroductRun, processTestMs } from "../pyroduct_run.ts";
import { examineConfig, findingOf } from "./doctor_run.ts";

const isLinux = process.platform === "linux";

/** A receiver at a port of 127.0.0.1 that forwards into a local store. */
function receiverAt(port: number, http: object = {}): object {
  return {
    "pyroscope.receive_http": {
      r: {
        http: { listen_address: "127.0.0.1", listen_port: port, ...http },
        forward_to: ["pyroscope.local_store.s.receiver"],
      },
    },
    "pyroscope.local_store": { s: {} },
  };
}

describe("before the start", () => {
  test("free ports, a folder to write to and enough files are well", async () => {
    using folder = new TemporaryFolder();
    const port = freePort();
    const examined = await examineConfig(folder, receiverAt(port, { conn_limit: 10 }), "--before-start");
    expect(examined.status).toBe(0);
    expect(findingOf(examined, `port ${port}`)?.detail).toBe(
      `127.0.0.1:${port} for pyroscope.receive_http.r: free`,
    );
    expect(findingOf(examined, "storage path")).toMatchObject({
      status: "ok",
      detail: expect.stringContaining("can be written"),
    });
    expect(findingOf(examined, "admin server")?.status).toBe("skipped");
  });

  test.if(isLinux)("a port that is taken is told with whoever has it", async () => {
    using folder = new TemporaryFolder();
    using taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
    const examined = await examineConfig(folder, receiverAt(taken.port), "--before-start");
    expect(examined.status).toBe(1);
    expect(findingOf(examined, `port ${taken.port}`)).toMatchObject({
      status: "failed",
      detail: expect.stringMatching(new RegExp(`taken by \\S+ \\(process ${process.pid}\\)$`)),
      fix: expect.stringContaining("stop that program, or choose another port"),
    });
  });

  test.each([
    [100, "ok", /^of pyroscope\.receive_http\.r: it ends on .*, in (?:99|100) days$/],
    [-1, "failed", /^of pyroscope\.receive_http\.r: it ended on/],
  ])("a receiver's certificate that ends in %d days", async (days, status, detail) => {
    using folder = new TemporaryFolder();
    using certificates = new Certificates();
    const request = { names: "DNS:r", usage: "serverAuth", days } as const;
    const pair = certificates.signed(certificates.authority(), request);
    const tls = { cert_file: pair.certFile, key_file: pair.keyFile };
    const examined = await examineConfig(folder, receiverAt(freePort(), { tls }), "--before-start");
    expect(findingOf(examined, "certificate")).toMatchObject({
      status,
      detail: expect.stringMatching(detail),
    });
  });

  test("a configuration that is wrong is told with what to do", async () => {
    using folder = new TemporaryFolder();
    const examined = await examineConfig(folder, { "pyroscope.wrlte": {} }, "--before-start");
    expect(examined.status).toBe(1);
    expect(findingOf(examined, "configuration")).toMatchObject({
      status: "failed",
      fix: "write pyroscope.write",
    });
  });

  test("a configuration that is not there is told", async () => {
    const { status, out } = await command("doctor", "--before-start", "/no/such/file.yaml");
    expect(status).toBe(1);
    expect(out).toContain("✗ failed   configuration  can't read /no/such/file.yaml");
  });
});

test("where it should run and does not, that is a failure", async () => {
  using folder = new TemporaryFolder();
  const examined = await examineConfig(folder, receiverAt(freePort()));
  expect(examined.status).toBe(1);
  expect(findingOf(examined, "admin server")).toMatchObject({
    status: "failed",
    detail: expect.stringMatching(/^no pyroduct answers at 127\.0\.0\.1:\d+: connection refused$/),
    fix: expect.stringContaining("start it with pyroduct run"),
  });
});

test(
  "a pyroduct that runs is examined, and a profile goes all the way through it",
  async () => {
    const port = freePort();
    const admin = `127.0.0.1:${freePort()}`;
    await using run = new PyroductRun((folder) => {
      writeFileSync(folder.file("c.json"), JSON.stringify(receiverAt(port)));
      return [
        "run",
        folder.file("c.json"),
        `--server.http.listen-addr=${admin}`,
        `--storage.path=${folder.path}`,
      ];
    });
    await run.hasSaid(/msg=ready/);
    const flags = [`--server.http.listen-addr=${admin}`, `--storage.path=${run.folder.path}`];
    const { status, out } = await command("doctor", ...flags, run.folder.file("c.json"));
    expect(out).toContain("✓ ok       round trip    a profile went through pyroscope.receive_http.r at");
    expect(out).toContain(
      `✓ ok       port ${`${port}`.padEnd(7)}  127.0.0.1:${port} for pyroscope.receive_http.r: pyroduct listens there`,
    );
    expect(out).toMatch(/✓ ok {7}health {8}every component is healthy/);
    expect(out).toMatch(/\n\d+ ok, 0 warnings, 0 failed, \d+ skipped\n$/);
    expect(status).toBe(0);
    const stored = await (await fetch(`http://${admin}/api/v0/profiles`)).json();
    const profile = { service_name: "pyroduct.doctor", kind: "ingest", format: "pprof" };
    expect(stored).toMatchObject({ profiles: [profile] });
  },
  processTestMs,
);

describe("storage", () => {
  test("below a file can't be written", () => {
    using folder = new TemporaryFolder();
    writeFileSync(folder.file("file"), "");
    expect(checkStorage(folder.file("file", "below"), true)).toMatchObject({ status: "failed" });
  });

  test("does not matter where nothing is kept", () => {
    expect(checkStorage("/dev/null/x", false).status).toBe("skipped");
  });
});

describe.if(isLinux)("the limit of open files", () => {
  test("must suffice for connections and requests", () => {
    const enough = checkDescriptors({ connections: 1, requests: 1 }, undefined);
    const tooLow = checkDescriptors({ connections: 1e9, requests: 1 }, undefined);
    expect([enough.status, tooLow.status]).toEqual(["ok", "failed"]);
    expect(tooLow.fix).toStartWith("raise it to 1000000257: LimitNOFILE=1000000257 in a systemd unit");
  });

  test("is warned about where connections have none", () => {
    expect(checkDescriptors({ connections: undefined, requests: 1 }, undefined)).toMatchObject({
      status: "warning",
    });
  });
});

describe("the clock", () => {
  test.each<[string, readonly (readonly [string, number])[], string, string]>([
    ["agrees", [["a", 900]], "ok", "within 1 s of a"],
    [
      "goes by the server that is furthest off",
      [
        ["a", 0],
        ["b", -45_000],
      ],
      "warning",
      "45 s ahead of b",
    ],
    ["must not be minutes off", [["a", 600_000]], "failed", "600 s behind a"],
    ["is not looked at where no server tells its own", [], "skipped", "no server told its time"],
  ])("%s", (_, ahead, status, detail) => {
    expect(checkClock(new Map(ahead))).toMatchObject({ status, detail });
  });
});

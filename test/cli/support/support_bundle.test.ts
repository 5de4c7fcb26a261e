import { describe, expect, test } from "bun:test";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { readPprof } from "../../../src/cli/send/pprof_summary.ts";
import { TemporaryFolder } from "../../base/temporary_folder.ts";
import { freePort } from "../../http/free_port.ts";
import { Certificates } from "../../transport/certificates.ts";
import { command } from "../command.ts";
import { PyroductRun, processTestMs } from "../pyroduct_run.ts";

/** A secret for each place where one may stand; each can be told by its number. */
function secret(number: number): string {
  return `hunter2-${number}-Zm9v`;
}

/** A configuration with a secret everywhere, to destinations that refuse everything. */
function secretConfig(url: string, port: number, keyPem: string, certPem: string): object {
  const once = { max_backoff_retries: 1, url };
  return {
    "pyroscope.receive_http": {
      r: {
        http: { listen_address: "127.0.0.1", listen_port: port },
        forward_to: ["pyroscope.write.w.receiver"],
      },
    },
    "pyroscope.write": {
      w: {
        endpoint: [
          { ...once, name: "basic", basic_auth: { username: "u", password: secret(1) } },
          { ...once, name: "bearer", bearer_token: secret(2) },
          { ...once, name: "scheme", authorization: { type: "Token", credentials: secret(3) } },
          {
            ...once,
            name: "oauth2",
            oauth2: {
              client_id: "c",
              client_secret: secret(4),
              token_url: `${url}/token`,
              endpoint_params: { resource: secret(5) },
            },
          },
          { ...once, name: "headers", headers: { Authorization: secret(6), "X-Api-Key": secret(7) } },
          { ...once, name: "more", http_headers: { "X-More": [secret(8)] } },
          {
            ...once,
            name: "proxy",
            proxy_url: `http://u:${secret(9)}@127.0.0.1:1`,
            proxy_connect_header: { X: [secret(10)] },
          },
          { ...once, name: "tls", tls_config: { cert_pem: certPem, key_pem: keyPem } },
        ],
      },
    },
  };
}

/** The files of a bundle by their names without the folder. */
async function unpack(path: string): Promise<Map<string, Buffer>> {
  const files = await new Bun.Archive(await Bun.file(path).bytes()).files();
  const read = [...files].map(
    async ([name, file]) => [name.replace(/^[^/]*\//, ""), Buffer.from(await file.bytes())] as const,
  );
  return new Map(await Promise.all(read));
}

test(
  "a bundle holds what is needed, and no secret of the configuration",
  async () => {
    using certificates = new Certificates();
    using folder = new TemporaryFolder();
    const pair = certificates.signed(certificates.authority(), {
      names: "DNS:c",
      usage: "clientAuth",
      days: 9,
    });
    using sink = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => new Response("no", { status: 401 }),
    });
    const [port, adminPort] = [freePort(), freePort()];
    const admin = `--server.http.listen-addr=127.0.0.1:${adminPort}`;
    await using run = new PyroductRun((own) => {
      const config = secretConfig(`http://127.0.0.1:${sink.port}`, port, pair.key, pair.cert);
      writeFileSync(own.file("c.json"), JSON.stringify(config));
      return ["run", own.file("c.json"), admin, `--storage.path=${own.path}`];
    });
    await run.hasSaid(/msg=ready/);
    const answer = await fetch(`http://127.0.0.1:${port}/ingest?name=app`, { method: "POST", body: "x" });
    expect(answer.status).toBeGreaterThanOrEqual(400);

    const output = folder.file("bundle.tar.gz");
    const ended = await command("support-bundle", admin, "-o", output, "--profile-seconds=1");
    expect(ended).toMatchObject({
      status: 0,
      error: "",
      out: expect.stringContaining(`${output}: 11 files, `),
    });
    expect(statSync(output).mode & 0o777).toBe(0o600);
    const files = await unpack(output);
    expect([...files.keys()].toSorted()).toEqual([
      ...["components.json", "config.yaml", "cpu.pprof.gz", "healthy.txt", "log.txt", "manifest.json"],
      ...["metrics.txt", "metrics_of_last_minutes.json", "process.json", "ready.txt", "status.json"],
    ]);
    expect(files.get("config.yaml")?.toString()).toContain("password: (secret)");
    expect(files.get("healthy.txt")?.toString()).toContain("unhealthy components: pyroscope.write.w");
    expect(files.get("log.txt")?.toString()).toMatch(/msg=ready.*msg="delivery failed".*endpoint=basic/s);
    expect(files.get("metrics.txt")?.toString()).toContain("pyroscope_write_dropped_profiles_total");
    expect(JSON.parse(files.get("components.json")?.toString() ?? "").components).toContainEqual(
      expect.objectContaining({ id: "pyroscope.write.w", health_history: expect.any(Array) }),
    );
    expect(readPprof(gunzipSync(files.get("cpu.pprof.gz") ?? ""))?.sampleTypes).toContain("cpu");
    expect(JSON.parse(files.get("manifest.json")?.toString() ?? "")).toMatchObject({ missing: {} });

    const everything = Buffer.concat([...files.values()]).toString("latin1");
    const told = [...Array(10).keys()]
      .map((index) => secret(index + 1))
      .filter((one) => everything.includes(one));
    expect(told).toEqual([]);
    expect(everything).not.toContain(btoa(`u:${secret(1)}`));
    expect(everything).not.toContain("PRIVATE KEY");

    const again = await command("support-bundle", admin, "-o", output, "--profile-seconds=1");
    expect([again.status, again.error]).toEqual([
      1,
      `can't write ${output}: it is there already: name another file with -o\n`,
    ]);
  },
  processTestMs,
);

describe("no bundle", () => {
  test("comes from where no pyroduct answers", async () => {
    using folder = new TemporaryFolder();
    const address = `127.0.0.1:${freePort()}`;
    const output = folder.file("bundle.tar.gz");
    const { status, error } = await command(
      "support-bundle",
      `--server.http.listen-addr=${address}`,
      "-o",
      output,
    );
    expect(status).toBe(1);
    expect(error).toStartWith(
      `no pyroduct answers at ${address}: connection refused: start it with pyroduct run, or name`,
    );
    expect(existsSync(output)).toBe(false);
  });

  test.each<[readonly string[], string]>([
    [["--profile-seconds=0"], "Expected seconds from 1 to 30."],
    [["--password-file=x"], "--password-file goes with --username: add it"],
    [["--username=u", "--password-file=/no/such"], "/no/such: the file can't be read: there is no such file"],
  ])("comes with %j", async (flags, problem) => {
    const { status, error } = await command("support-bundle", ...flags);
    expect(status).toBe(1);
    expect(error).toContain(problem);
  });
});

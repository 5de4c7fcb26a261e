import { describe, expect, test } from "bun:test";
import { renameSync, writeFileSync } from "node:fs";
import { eventually } from "../base/eventually.ts";
import type { TemporaryFolder } from "../base/temporary_folder.ts";
import { GatedSink } from "../http/gated_sink.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { PyroductRun, processTestMs } from "./pyroduct_run.ts";

const receiverId = "pyroscope.receive_http.r";

function config(url: string, more = ""): string {
  return `
pyroscope.receive_http:
  r:
    http: {listen_address: 127.0.0.1, listen_port: 0}
    forward_to: [pyroscope.write.w.receiver]
pyroscope.write:
  w:
    endpoint: {url: "${url}"}
${more}`;
}

/** Starts pyroduct with a configuration that forwards to `url`, and waits until it is ready. */
async function running(url: string, ...flags: readonly string[]): Promise<PyroductRun> {
  const run = new PyroductRun((folder) => {
    writeFileSync(folder.file("pyroduct.yaml"), config(url));
    const standard = ["--server.http.listen-addr=127.0.0.1:0", `--storage.path=${folder.file("storage")}`];
    return ["run", folder.file("pyroduct.yaml"), ...standard, ...flags];
  });
  try {
    await run.hasSaid(/msg=ready/);
    return run;
  } catch (thrown) {
    await run[Symbol.asyncDispose]();
    throw thrown;
  }
}

async function ingest(run: PyroductRun): Promise<Response> {
  return await fetch(`http://${await run.address(receiverId)}/ingest?name=app`, {
    method: "POST",
    body: "profile",
  });
}

function replaceConfig(folder: TemporaryFolder, text: string): void {
  writeFileSync(folder.file("next"), text);
  renameSync(folder.file("next"), folder.file("pyroduct.yaml"));
}

describe.concurrent("a configuration that changes", () => {
  test(
    "is read again on SIGHUP; a bad one is told and changes nothing",
    async () => {
      await using one = await RecordingSink.start();
      await using other = await RecordingSink.start();
      await using run = await running(one.url);
      replaceConfig(run.folder, config(other.url));
      run.kill("SIGHUP");
      await run.hasSaid(/configuration reloaded/);
      expect((await ingest(run)).status).toBe(200);
      replaceConfig(run.folder, config(one.url, "pyroscope.nothing: {}"));
      run.kill("SIGHUP");
      await run.hasSaid(/configuration refused.*pyroscope\.nothing: unknown key/);
      expect((await ingest(run)).status).toBe(200);
      expect([one.recording.requests.length, other.recording.requests.length]).toEqual([0, 2]);
      const healthy = await fetch(`http://${await run.address("admin")}/-/healthy`);
      expect([
        healthy.status,
        (await healthy.text()).startsWith("unhealthy components: configuration"),
      ]).toEqual([500, true]);
    },
    processTestMs,
  );

  test(
    "is read again by itself where --config.watch is given",
    async () => {
      await using one = await RecordingSink.start();
      await using other = await RecordingSink.start();
      await using run = await running(one.url, "--config.watch");
      replaceConfig(run.folder, config(other.url));
      await run.hasSaid(/configuration reloaded/);
      expect((await ingest(run)).status).toBe(200);
      expect(other.recording.requests).toHaveLength(1);
    },
    processTestMs,
  );
});

describe.concurrent("the end", () => {
  test(
    "waits for requests under way, and is status 0",
    async () => {
      await using sink = new GatedSink();
      await using run = await running(sink.url);
      const answer = ingest(run);
      await sink.hasReceived(1);
      run.kill("SIGTERM");
      await run.hasSaid(/msg=stopping/);
      sink.open();
      expect((await answer).status).toBe(200);
      expect((await run.ended()).status).toBe(0);
    },
    processTestMs,
  );

  test(
    "goes on serving for --shutdown-delay, not ready any more, and closes connections",
    async () => {
      await using sink = await RecordingSink.start();
      await using run = await running(sink.url, "--shutdown-delay=2s");
      const admin = await run.address("admin");
      expect((await fetch(`http://${admin}/-/ready`)).status).toBe(200);
      run.kill("SIGTERM");
      await eventually(
        "not being ready",
        async () => (await fetch(`http://${admin}/-/ready`)).status === 503,
      );
      const response = await ingest(run);
      expect([response.status, response.headers.get("connection")]).toEqual([200, "close"]);
      expect((await fetch(`http://${admin}/-/live`)).status).toBe(200);
      expect((await run.ended()).status).toBe(0);
    },
    processTestMs,
  );

  test(
    "comes at once on a second signal",
    async () => {
      await using sink = new GatedSink();
      await using run = await running(sink.url);
      const answer = ingest(run).then(
        () => "answered",
        () => "cut",
      );
      await sink.hasReceived(1);
      run.kill("SIGTERM");
      await run.hasSaid(/msg=stopping/);
      run.kill("SIGINT");
      expect((await run.ended()).status).toBe(130);
      expect(await answer).toBe("cut");
    },
    processTestMs,
  );
});

describe.concurrent("the admin server", () => {
  test(
    "that other machines can reach shows nothing without credentials but what probes and Prometheus need",
    async () => {
      await using run = new PyroductRun((folder) => [
        ...["run", "--log.level=info", "--listen=127.0.0.1:0", "--server.http.listen-addr=0.0.0.0:0"],
        `--storage.path=${folder.file("storage")}`,
      ]);
      const [, port] = await run.hasSaid(/component_id=admin address=0\.0\.0\.0:(\d+)/);
      await run.hasSaid(/msg=ready/);
      const statusOf = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
      expect(await Promise.all(["/metrics", "/-/live", "/-/ready"].map(statusOf))).toEqual([200, 200, 200]);
      expect(await Promise.all(["/", "/-/config", "/api/v0/profiles"].map(statusOf))).toEqual([
        403, 403, 403,
      ]);
    },
    processTestMs,
  );
});

describe.concurrent("without a configuration", () => {
  test.each(["1", "2"])(
    "it tells where it is, keeps what comes and tells of it, with --workers=%s",
    async (workers) => {
      await using sink = await RecordingSink.start();
      await using run = new PyroductRun((folder) => [
        ...["run", "--listen=127.0.0.1:0", "--server.http.listen-addr=127.0.0.1:0", `--workers=${workers}`],
        ...[`--storage.path=${folder.file("storage")}`, `--forward-to=${sink.url}`],
      ]);
      const [, receiver] = await run.hasSaid(/receives profiles on: +http:\/\/(\S+)\n/);
      const [, page = ""] = await run.hasSaid(/shows them at: +(\S+)\n/);
      const response = await fetch(`http://${receiver}/ingest?name=my.app`, {
        method: "POST",
        body: "profile",
      });
      expect(response.status).toBe(200);
      await run.hasSaid(/^1 profile \(7 B\): my\.app 1$/m);
      expect(await (await fetch(`${page}api/v0/profiles`)).json()).toMatchObject({
        profiles: [{ service_name: "my.app" }],
      });
      expect(sink.recording.requests).toHaveLength(1);
    },
    processTestMs,
  );
});

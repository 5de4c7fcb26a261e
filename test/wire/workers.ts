import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { LiveBatch } from "../../src/admin/api/live.ts";
import type { Status } from "../../src/admin/api/status.ts";
import { EventReader } from "../admin/event_reader.ts";
import { eventually } from "../base/eventually.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { areGone, WorkersBed } from "../controller/workers_bed.ts";
import { grpcAddress } from "../grpc/grpc_address.ts";
import { PushCaller } from "../grpc/push_caller.ts";
import { message, noise } from "../grpc/push_samples.ts";
import { GatedSink } from "../http/gated_sink.ts";
import { testTimeoutMs } from "./bounded.ts";
import { type PyroductConfig, PyroductProcess } from "./pyroduct_process.ts";
import { RecordingSink } from "./recording_sink.ts";

const receiver = "pyroscope.receive_http.r";
const http = { listen_address: "127.0.0.1", listen_port: 0 };
const secret = "hunter2-do-not-show";

function forwardingTo(url: string): PyroductConfig {
  return {
    "pyroscope.receive_http": { r: { http, grpc: {}, forward_to: ["pyroscope.write.w.receiver"] } },
    "pyroscope.write": { w: { endpoint: { url, max_backoff_retries: 1, bearer_token: secret } } },
  };
}

function storingAt(port: number): PyroductConfig {
  const forward_to = ["pyroscope.local_store.s.receiver"];
  return {
    "pyroscope.receive_http": { r: { http: { ...http, listen_port: port }, forward_to } },
    "pyroscope.local_store": { s: {} },
  };
}

/** Registers what is said about several workers. */
export function registerWorkerTests(): void {
  describe("workers", () => {
    registerLifeTests();
    describe.concurrent("at their end", () => {
      test("go with their controller, even when that is killed", endWithTheController, testTimeoutMs);
      test("finish what is under way when they are told to stop", drain, testTimeoutMs);
      test("leave what they have stored to those that remain", leaveStores, testTimeoutMs);
    });
    test("do not start where another program has the port", refuseATakenPort, testTimeoutMs);
  });
}

/** What is said about workers that run, all of the same. */
function registerLifeTests(): void {
  const resources = new AsyncDisposableStack();
  let bed: WorkersBed;
  let sink: RecordingSink;
  beforeAll(async () => {
    sink = resources.use(await RecordingSink.start());
    bed = resources.use(await WorkersBed.start(forwardingTo(sink.url)));
  }, testTimeoutMs);
  afterAll(() => resources.disposeAsync(), testTimeoutMs);

  const served = () => bed.metric("pyroscope_receive_http_request_duration_seconds_count");
  const push = async () => {
    using caller = new PushCaller(grpcAddress(bed.pyroduct, receiver));
    return (await caller.push(message(noise(100)))).code;
  };

  test("take nothing from their arguments or environment", () => {
    expect(bed.pids).toHaveLength(2);
    for (const pid of bed.pids) {
      const seen = ["cmdline", "environ"].map((file) => readFileSync(`/proc/${pid}/${file}`, "utf8"));
      expect(seen[0]).toEndWith("\0worker\0");
      expect(seen.join("\n")).not.toContain(secret);
      expect(readFileSync(`/proc/${pid}/comm`, "utf8")).toBe("pyroduct-worker\n");
    }
  });

  test("share the port, are seen as one, and hear of the log's level", async () => {
    const components = (await (await bed.get("/api/v0/web/components")).json()) as { localID: string }[];
    expect(components.map(({ localID }) => localID).toSorted()).toEqual([receiver, "pyroscope.write.w"]);
    const level = await fetch(`http://${bed.pyroduct.admin}/-/log-level?level=debug`, { method: "POST" });
    expect(level.status).toBe(200);
    // A destination that refuses makes each worker say so at the level debug.
    sink.script({ otherwise: { status: 500 } });
    const told = () =>
      new Set(bed.pyroduct.log.filter(({ level: of }) => of === "debug").map(({ worker }) => worker));
    const before = await served();
    let sent = 0;
    await eventually("a profile at each worker", async () => {
      expect(await bed.ingest()).toBe(500);
      sent += 1;
      return told().size === 2;
    });
    expect(await bed.metric("pyroscope_write_dropped_profiles_total")).toBe(sent);
    expect((await served()) - before).toBe(sent);
    const health = await bed.config.health();
    expect([health.status, health.text]).toEqual([
      500,
      expect.stringMatching(/^unhealthy components: pyroscope\.write\.w\n/),
    ]);
    sink.script({});
    await bed.ingestUntil(async () => (await bed.config.health()).status === 200);
    // The limit of each protocol, and not of each worker.
    expect(await bed.metric("pyroscope_receive_http_tcp_connections_limit")).toBe(2 * 16_384);
    expect(await bed.metric("pyroscope_receive_http_grpc_concurrent_streams_limit")).toBe(100);
    expect(await bed.metric("pyroduct_build_info")).toBe(1);
    expect(await bed.metric("pyroduct_workers")).toBe(2);
  });

  test("are looked into as one by the admin API", async () => {
    const status = async () => (await (await bed.get("/api/v0/status")).json()) as Status;
    const before = await status();
    await using live = new EventReader(await bed.get("/api/v0/live/events"));
    await live.next("profiles");
    // What comes before the numbers tells the process. On a busy machine some pass unseen: others are sent.
    const shown = new Map<string | undefined, string>();
    const looking = live.next<LiveBatch>("profiles", ({ profiles }) => {
      for (const { id, status } of profiles) if (status === "delivered") shown.set(id.split("-")[0], id);
      return shown.size === 2;
    });
    const sent = await bed.ingestUntil(() => shown.size === 2);
    await looking;
    for (const id of shown.values()) {
      expect(await (await bed.get(`/api/v0/live/${id}/raw`)).text()).toBe("profile");
    }
    const after = await status();
    expect(after.received_profiles - before.received_profiles).toBe(sent);
    expect(after.receivers.map(({ url }) => url)).toEqual([`http://${bed.pyroduct.receiver}`]);
    const log = await (await bed.get("/api/v0/support/log")).text();
    const speakers = log.split("\n").map((line) => /worker["=:]+(\d)\b/.exec(line)?.[1]);
    expect(new Set(speakers)).toEqual(new Set([undefined, "0", "1"]));
  });

  test("that die are replaced, while the others serve HTTP and gRPC, and no count falls", async () => {
    const { pids } = bed;
    const restarts = await bed.metric("pyroduct_worker_restarts_total");
    for (const pid of pids) {
      const before = await served();
      await bed.whileOneIsMissing(pid, async () => {
        // What comes now goes to the other, at once.
        for (let n = 0; n < 5; n += 1) expect(await bed.ingest()).toBe(200);
        expect([await push(), await push()]).toEqual(["ok", "ok"]);
        expect((await bed.get("/-/ready")).status).toBe(200);
      });
      // Those of gRPC count as well.
      expect((await served()) - before).toBe(7);
    }
    expect((await bed.get("/-/healthy")).status).toBe(200);
    expect((await bed.metric("pyroduct_worker_restarts_total")) - restarts).toBe(2);
    const ends = bed.pyroduct.log.filter(({ level }) => level === "error").slice(-2);
    expect(ends.map(({ msg, pid, reason }) => [msg, pid, reason])).toEqual(
      pids.map((pid) => ["worker ended, another takes its place", pid, "SIGKILL"]),
    );
  });
}

async function endWithTheController(): Promise<void> {
  await using sink = new GatedSink();
  await using bed = await WorkersBed.start(forwardingTo(sink.url));
  const { pids } = bed;
  expect(pids).toHaveLength(2);
  // Not even one that is busy stays.
  const busy = bed.ingest().catch(() => "cut");
  await sink.hasReceived(1);
  process.kill(bed.pyroduct.pid, "SIGKILL");
  await areGone(pids);
  expect(await busy).toBe("cut");
}

async function drain(): Promise<void> {
  await using sink = new GatedSink();
  await using bed = await WorkersBed.start(forwardingTo(sink.url));
  const { pids } = bed;
  const answers = Array.from({ length: 16 }, () => bed.ingest());
  await sink.hasReceived(answers.length);
  // As a service manager does it, who tells all processes of the group.
  for (const pid of [...pids, bed.pyroduct.pid]) process.kill(pid, "SIGTERM");
  await eventually("the end's beginning", () => bed.pyroduct.log.some(({ msg }) => msg === "stopping"));
  sink.open();
  expect(new Set(await Promise.all(answers))).toEqual(new Set([200]));
  expect(await bed.pyroduct.stop()).toBe(0);
  await areGone(pids);
  expect(bed.pyroduct.log.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
}

async function leaveStores(): Promise<void> {
  using folder = new TemporaryFolder();
  const storagePath = folder.path;
  let sent = 0;
  {
    await using two = await WorkersBed.start(storingAt(0), 2, { storagePath });
    // Enough that each of them has got some.
    sent = await two.ingestUntil(async () => (await two.metric("pyroduct_local_store_profiles")) >= 20);
    expect(await listed(two)).toHaveLength(sent);
  }
  await using one = await WorkersBed.start(storingAt(0), 1, { storagePath });
  expect(await one.ingest("name=late")).toBe(200);
  const all = await listed(one);
  expect(all).toHaveLength(sent + 1);
  expect(all[0]?.service_name).toBe("late");
  const oldest = await one.get(`/api/v0/profiles/${all.at(-1)?.id}`);
  expect([oldest.status, await oldest.text()]).toEqual([200, "profile"]);
  expect(await one.metric("pyroduct_local_store_profiles")).toBe(sent + 1);
}

async function listed(bed: WorkersBed): Promise<{ id: string; service_name: string }[]> {
  const answer = await (await bed.get("/api/v0/profiles?limit=1000")).json();
  return (answer as { profiles: { id: string; service_name: string }[] }).profiles;
}

async function refuseATakenPort(): Promise<void> {
  using other = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const refused = await PyroductProcess.refused(storingAt(other.port), { arguments: ["--workers=2"] });
  expect(refused).toEqual({
    status: 1,
    complaints: [`can't listen on 127.0.0.1:${other.port}: the port is in use by another program`],
  });
}

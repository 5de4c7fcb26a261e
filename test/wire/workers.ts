import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
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

function forwardingTo(url: string, more: object = {}): PyroductConfig {
  return {
    "pyroscope.receive_http": { r: { http, forward_to: ["pyroscope.write.w.receiver"], ...more } },
    "pyroscope.write": { w: { endpoint: { url, max_backoff_retries: 1 } } },
  };
}

const storing: PyroductConfig = {
  "pyroscope.receive_http": { r: { http, forward_to: ["pyroscope.local_store.s.receiver"] } },
  "pyroscope.local_store": { s: {} },
};

/** Registers what is said about several workers. */
export function registerWorkerTests(): void {
  describe.concurrent("workers", () => {
    test("share the port, are seen as one, and hear of the log's level", servesAsOne, testTimeoutMs);
    test("take nothing from their arguments or environment", tellsNoSecret, testTimeoutMs);
    test("that die are replaced, while the others serve and no count falls", replacesTheDead, testTimeoutMs);
    test("serve gRPC, each of them", servesGrpc, testTimeoutMs);
    test("end with their controller, even when that is killed", endsWithTheController, testTimeoutMs);
    test("finish what is under way when they are told to stop", drains, testTimeoutMs);
    test("of before leave what they have stored to those that remain", adoptsStores, testTimeoutMs);
    test("do not start where another program has the port", refusesATakenPort, testTimeoutMs);
  });
}

async function servesAsOne(): Promise<void> {
  // Nobody listens there: each worker says so at the level debug.
  await using bed = await WorkersBed.start(forwardingTo("http://127.0.0.1:1"));
  const components = (await (await bed.get("/api/v0/web/components")).json()) as { localID: string }[];
  expect(components.map(({ localID }) => localID).toSorted()).toEqual([receiver, "pyroscope.write.w"]);
  expect((await bed.get("/-/ready")).status).toBe(200);
  const level = await fetch(`http://${bed.pyroduct.admin}/-/log-level?level=debug`, { method: "POST" });
  expect(level.status).toBe(200);
  const told = () =>
    new Set(bed.pyroduct.log.filter(({ level: of }) => of === "debug").map(({ worker }) => worker));
  let sent = 0;
  await eventually("a profile at each worker", async () => {
    expect(await bed.ingest()).toBe(502);
    sent += 1;
    return told().size === 2;
  });
  expect(await bed.metric("pyroscope_write_dropped_profiles_total")).toBe(sent);
  expect(await bed.metric("pyroscope_receive_http_request_duration_seconds_count")).toBe(sent);
  expect(await bed.metric("pyroscope_receive_http_tcp_connections_limit")).toBe(16_384);
  expect(await bed.metric("pyroduct_build_info")).toBe(1);
  expect(await bed.metric("pyroduct_workers")).toBe(2);
  expect((await bed.get("/-/healthy")).status).toBe(500);
}

async function tellsNoSecret(): Promise<void> {
  const secret = "hunter2-do-not-show";
  const config = {
    ...forwardingTo("http://127.0.0.1:1"),
    "pyroscope.write": { w: { endpoint: { url: "http://127.0.0.1:1", bearer_token: secret } } },
  };
  await using bed = await WorkersBed.start(config);
  expect(bed.pids).toHaveLength(2);
  for (const pid of bed.pids) {
    const seen = ["cmdline", "environ"].map((file) => readFileSync(`/proc/${pid}/${file}`, "utf8"));
    expect(seen.join("\n")).toContain("worker");
    expect(seen.join("\n")).not.toContain(secret);
    expect(readFileSync(`/proc/${pid}/comm`, "utf8")).toBe("pyroduct-worker\n");
  }
}

async function replacesTheDead(): Promise<void> {
  await using sink = await RecordingSink.start();
  await using bed = await WorkersBed.start(forwardingTo(sink.url));
  const [first = 0, second = 0] = bed.pids;
  const counted = () => bed.metric("pyroscope_receive_http_request_duration_seconds_count");
  const before = await bed.ingestUntil(
    async () => (await bed.metric("pyroscope_receive_http_request_duration_seconds_count")) >= 20,
  );
  expect(await counted()).toBe(before);

  bed.kill(first);
  await areGone([first]);
  // What comes now goes to the other, at once.
  for (let n = 0; n < 10; n += 1) expect(await bed.ingest()).toBe(200);
  expect((await bed.get("/-/ready")).status).toBe(200);
  await bed.isWholeAfter(1);
  expect(await counted()).toBe(before + 10);

  bed.kill(second);
  await areGone([second]);
  for (let n = 0; n < 10; n += 1) expect(await bed.ingest()).toBe(200);
  await bed.isWholeAfter(2);
  expect((await bed.get("/-/healthy")).status).toBe(200);
  expect(await bed.metric("pyroduct_worker_restarts_total")).toBe(2);
  const ends = bed.pyroduct.log.filter(({ level }) => level === "error");
  expect(ends.map(({ msg, pid, reason }) => [msg, pid, reason])).toEqual(
    [first, second].map((pid) => ["worker ended, another takes its place", pid, "SIGKILL"]),
  );
}

async function servesGrpc(): Promise<void> {
  await using sink = await RecordingSink.start();
  await using bed = await WorkersBed.start(forwardingTo(sink.url, { grpc: {} }));
  const address = grpcAddress(bed.pyroduct, receiver);
  const push = async () => {
    using caller = new PushCaller(address);
    return (await caller.push(message(noise(100)))).code;
  };
  const [first = 0, second = 0] = bed.pids;
  expect(await push()).toBe("ok");
  bed.kill(first);
  await areGone([first]);
  expect([await push(), await push()]).toEqual(["ok", "ok"]);
  await bed.isWholeAfter(1);
  bed.kill(second);
  await areGone([second]);
  expect([await push(), await push()]).toEqual(["ok", "ok"]);
  expect(grpcAddress(bed.pyroduct, receiver)).toBe(address);
}

async function endsWithTheController(): Promise<void> {
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

async function drains(): Promise<void> {
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

async function adoptsStores(): Promise<void> {
  using folder = new TemporaryFolder();
  const storagePath = folder.path;
  const listed = async (bed: WorkersBed) => {
    const { profiles } = (await (await bed.get("/api/v0/profiles?limit=1000")).json()) as {
      profiles: { id: string; service_name: string }[];
    };
    return profiles;
  };
  let sent = 0;
  {
    await using three = await WorkersBed.start(storing, 3, { storagePath });
    // Enough that each of them has got some.
    sent = await three.ingestUntil(async () => (await three.metric("pyroduct_local_store_profiles")) >= 30);
    expect(await listed(three)).toHaveLength(sent);
  }
  await using one = await WorkersBed.start(storing, 1, { storagePath });
  expect(await one.ingest("name=late")).toBe(200);
  const all = await listed(one);
  expect(all).toHaveLength(sent + 1);
  expect(all[0]?.service_name).toBe("late");
  const oldest = await one.get(`/api/v0/profiles/${all.at(-1)?.id}`);
  expect([oldest.status, await oldest.text()]).toEqual([200, "profile"]);
  expect(await one.metric("pyroduct_local_store_profiles")).toBe(sent + 1);
}

async function refusesATakenPort(): Promise<void> {
  using other = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const taken = {
    ...storing,
    "pyroscope.receive_http": {
      r: { http: { ...http, listen_port: other.port }, forward_to: ["pyroscope.local_store.s.receiver"] },
    },
  };
  const refused = await PyroductProcess.refused(taken, { arguments: ["--workers=2"] });
  expect(refused).toEqual({
    status: 1,
    complaints: [`can't listen on 127.0.0.1:${other.port}: the port is in use by another program`],
  });
}

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { eventually } from "../base/eventually.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { freePort } from "../http/free_port.ts";
import { testTimeoutMs } from "../wire/bounded.ts";
import { PyroductProcess } from "../wire/pyroduct_process.ts";
import { GrpcBed, grpcConfig, type Receivers } from "./grpc_bed.ts";
import { type CallOutcome, PushCaller } from "./push_caller.ts";
import { arrivalOf, arrivals, message, noise } from "./push_samples.ts";
import { Traffic } from "./traffic.ts";

setDefaultTimeout(testTimeoutMs);

const ok = { code: "ok", message: "" };

const folder = new TemporaryFolder();
writeFileSync(folder.file("tokens"), "token-of-the-agents\n");
afterAll(() => folder[Symbol.dispose]());

describe.concurrent("pyroduct", () => {
  test("that is told to end lets calls under way finish", async () => {
    await using bed = await GrpcBed.start({ r: {} });
    const recording = bed.sink.script({ otherwise: { delay_seconds: 0.5 } });
    using caller = new PushCaller(bed.grpc("r"));
    const profile = noise(10);
    const calling = caller.push(message(profile));
    await recording.request(1);
    const ending = bed.pyroduct.stop();
    expect(await calling).toEqual(ok);
    expect(await ending).toBe(0);
    expect(arrivals(recording)).toEqual([arrivalOf(profile)]);
  });

  test("that is told a port in use ends with one line that says so", async () => {
    using taken = takenPort();
    const receivers: Receivers = {
      r: { http: { listen_port: freePort() }, grpc: { listen_port: taken.port } },
    };
    const { status, complaints } = await PyroductProcess.refused(grpcConfig("http://127.0.0.1:9", receivers));
    expect({ status, complaints }).toEqual({ status: 1, complaints: [inUse(taken.port)] });
  });
});

describe.concurrent("a reload", () => {
  test("that changes limits of http holds for connections that are there, and fails no call", async () => {
    const ofSize = (kib: number) => ({ r: { http: { max_body_size: `${kib}KiB` } } });
    await using bed = await GrpcBed.start(ofSize(31));
    using caller = new PushCaller(bed.grpc("r"));
    const large = message(noise(48 * 1024));
    expect(await caller.push(large)).toMatchObject({ code: "ResourceExhausted" });

    await using traffic = new Traffic(() => caller.push(message(noise(10))));
    for (const kib of [32, 33, 34, 64]) {
      expect(await bed.reload(ofSize(kib))).toMatchObject({ status: 200 });
      await traffic.flows();
    }
    expect(await traffic.stop()).toEqual([]);
    expect(await caller.push(large)).toEqual(ok);
  });

  test("that opens the port anew fails no call, under way or on a new connection", async () => {
    const grpc = { listen_port: freePort() };
    const ofIdle = (seconds: number) => ({ r: { http: { server_idle_timeout: `${seconds}s` }, grpc } });
    await using bed = await GrpcBed.start(ofIdle(60));
    const recording = bed.sink.script({ answers: [{ delay_seconds: 1 }] });
    using waiting = new PushCaller(bed.grpc("r"));
    const calling = waiting.push(message(noise(10)));
    await recording.request(1);

    await using traffic = new Traffic(() => pushOnce(bed.grpc("r")));
    for (const seconds of [61, 62]) {
      expect(await bed.reload(ofIdle(seconds))).toMatchObject({ status: 200 });
      await traffic.flows();
    }
    expect(await calling).toEqual(ok);
    expect(await traffic.stop()).toEqual([]);
  });

  test("that asks for tokens asks those who are connected already", async () => {
    const grpc = { listen_port: freePort() };
    await using bed = await GrpcBed.start({ r: { grpc } });
    using caller = new PushCaller(bed.grpc("r"));
    using waiting = new PushCaller(bed.grpc("r"));
    expect(await caller.push(message(noise(10)))).toEqual(ok);
    const recording = bed.sink.script({ answers: [{ instead: "hang" }] });
    const calling = waiting.push(message(noise(10)), { timeoutMs: 20_000 });
    await recording.request(1);

    const http = { auth: { bearer_tokens_file: folder.file("tokens") } };
    expect(await bed.reload({ r: { http, grpc } })).toMatchObject({ status: 200 });
    const isAsked = async () => (await caller.push(message(noise(10)))).code === "Unauthenticated";
    await eventually("a question for the token", isAsked);
    waiting[Symbol.dispose]();
    expect(await calling).toMatchObject({ code: "Canceled" });
  });

  test("that is told a port in use changes nothing", async () => {
    using taken = takenPort();
    await using bed = await GrpcBed.start({ r: {} });
    const port = freePort();
    const { status, text } = await bed.reload({
      r: { http: { listen_port: port }, grpc: { listen_port: taken.port } },
    });
    expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining(inUse(taken.port)) });
    expect(await pushOnce(bed.grpc("r"))).toEqual(ok);
    expect(canListen(port)).toBe(true);
  });
});

/** A call on a connection of its own. */
async function pushOnce(address: string): Promise<CallOutcome> {
  using caller = new PushCaller(address);
  return await caller.push(message(noise(10)));
}

function takenPort(): Disposable & { readonly port: number } {
  const socket = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  return { port: socket.port, [Symbol.dispose]: () => socket.stop(true) };
}

function canListen(port: number): boolean {
  try {
    Bun.listen({ hostname: "127.0.0.1", port, exclusive: true, socket: { data: () => {} } }).stop(true);
    return true;
  } catch {
    return false;
  }
}

function inUse(port: number): string {
  return `can't listen on 127.0.0.1:${port}: the port is in use by another program`;
}

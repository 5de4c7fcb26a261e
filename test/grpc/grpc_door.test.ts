import { expect, setDefaultTimeout, test } from "bun:test";
import { systemClock } from "../../src/base/clock.ts";
import { ListenerPool } from "../../src/http/listener.ts";
import { GrpcDoor, type GrpcLimits } from "../../src/receive_http/grpc_door.ts";
import { eventually } from "../base/eventually.ts";
import { testTimeoutMs } from "../wire/bounded.ts";
import { PushCaller } from "./push_caller.ts";
import { message, noise } from "./push_samples.ts";

setDefaultTimeout(testTimeoutMs);

const limits: GrpcLimits = {
  maxMessageBytes: 1024,
  maxConnections: 0,
  idleMs: 10_000,
  maxAgeMs: 0,
  readMs: 10_000,
};

test("a call that comes before the receiver is wired up waits for that", async () => {
  const door = new GrpcDoor({
    address: { host: "127.0.0.1", port: 0 },
    listeners: new ListenerPool(),
    tls: undefined,
    limits: () => limits,
    auth: undefined,
    clock: systemClock,
  });
  await door.open();
  using caller = new PushCaller(door.address);
  const paths: string[] = [];
  const calling = caller.push(message(noise(10)));
  await eventually("a connection", () => door.connections === 1);
  door.use((request) => {
    paths.push(new URL(request.url).pathname);
    return new Response(null);
  });
  expect(await calling).toEqual({ code: "ok", message: "" });
  expect(paths).toEqual(["/push.v1.PusherService/Push"]);
  caller[Symbol.dispose]();
  await door.close(1_000);
});

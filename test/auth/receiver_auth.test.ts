import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { renameSync, writeFileSync } from "node:fs";
import { connect, type IncomingHttpHeaders } from "node:http2";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { PusherService } from "../../src/gen/push/v1/push_pb.ts";
import { eventually } from "../base/eventually.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { testTimeoutMs, withinMs } from "../wire/bounded.ts";
import { encodePush, pushPath } from "../wire/push_message.ts";
import { PyroductProcess } from "../wire/pyroduct_process.ts";
import { encodeRequest, RawConnection, type RawRequest, sendRaw } from "../wire/raw_request.ts";
import { RecordingSink } from "../wire/recording_sink.ts";

setDefaultTimeout(testTimeoutMs);

const token = "token-of-the-agents";
const basic = `Basic ${Buffer.from("alice:wonderland").toString("base64")}`;
const aliceLine = `alice:${Bun.password.hashSync("wonderland", { algorithm: "bcrypt", cost: 4 })}\n`;
/** Slow enough that guesses come faster than they can be verified. */
const bobLine = `bob:${Bun.password.hashSync("builder", { algorithm: "bcrypt", cost: 7 })}\n`;
const needed = "valid credentials are needed";

const folder = new TemporaryFolder();
let sink: RecordingSink;
let pyroduct: PyroductProcess;

beforeAll(async () => {
  writeFileSync(folder.file("htpasswd"), aliceLine + bobLine);
  writeFileSync(folder.file("tokens"), `${token}\n`);
  sink = await RecordingSink.start();
  const auth = {
    basic: { htpasswd_file: folder.file("htpasswd") },
    bearer_tokens_file: folder.file("tokens"),
  };
  pyroduct = await PyroductProcess.start({
    "pyroscope.receive_http": {
      r: {
        http: { listen_address: "127.0.0.1", listen_port: 0, auth },
        grpc: {},
        forward_to: ["pyroscope.write.w.receiver"],
      },
    },
    "pyroscope.write": { w: { endpoint: { url: sink.url } } },
  });
}, testTimeoutMs);

afterAll(async () => {
  await pyroduct[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
}, testTimeoutMs);

function ingest(authorization?: string): RawRequest {
  return {
    method: "POST",
    target: "/ingest?name=app",
    headers: authorization === undefined ? [] : [["Authorization", authorization]],
    body: Buffer.from("profile"),
  };
}

function push(contentType: string, authorization?: string): RawRequest {
  const message = encodePush({ service_name: "app" }, Buffer.from("profile"));
  return {
    method: "POST",
    target: pushPath,
    headers: [
      ["Content-Type", contentType],
      ...(authorization === undefined ? [] : [["Authorization", authorization] as const]),
    ],
    body: contentType.startsWith("application/grpc") ? framed(message) : message,
  };
}

function framed(message: Uint8Array): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

describe("credentials let a request in", () => {
  test.each([
    ["a user's", basic],
    ["a token", `Bearer ${token}`],
  ])("%s", async (_, authorization) => {
    const { requests } = sink.script({});
    const answers = await Promise.all(
      [ingest(authorization), push("application/proto", authorization)].map((request) =>
        sendRaw(pyroduct.receiver, request),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(requests.map(({ path }) => path).toSorted()).toEqual(["/ingest", pushPath]);
    // They are between the sender and this receiver.
    const sent = requests.flatMap(({ headers }) => headers.map(([name]) => name.toLowerCase()));
    expect(sent).not.toContain("authorization");
  });
});

describe("without them nothing is read and nothing goes on", () => {
  test.each([
    ["no credentials", undefined],
    ["a wrong password", `Basic ${Buffer.from("alice:wonder").toString("base64")}`],
    ["a wrong token", "Bearer token"],
  ])("/ingest with %s", async (_, authorization) => {
    const { requests } = sink.script({});
    const answer = await sendRaw(pyroduct.receiver, ingest(authorization));
    expect(answer).toMatchObject({ status: 401, text: `${needed}\n` });
    expect(answer.header("www-authenticate")).toContain('Basic realm="pyroduct"');
    expect(answer.headers.map(([, value]) => value).join()).toContain('Bearer realm="pyroduct"');
    expect(answer.header("connection")).toBe("close");
    expect(requests).toEqual([]);
  });

  test.each(["application/proto", "application/json", "text/plain"])("Push as %s", async (contentType) => {
    const answer = await sendRaw(pyroduct.receiver, push(contentType));
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.text)).toEqual({ code: "unauthenticated", message: needed });
    expect(answer.header("www-authenticate")).toContain('Basic realm="pyroduct"');
  });

  test("Push by gRPC-Web", async () => {
    const answer = await sendRaw(pyroduct.receiver, push("application/grpc-web+proto"));
    expect(answer.status).toBe(200);
    expect(answer.header("content-type")).toStartWith("application/grpc-web");
    expect(answer.text).toContain("grpc-status: 16");
    expect(decodeURIComponent(answer.text)).toContain(needed);
  });

  test.each([
    "/debuginfo.v1alpha1.DebuginfoService/ShouldInitiateUpload",
    "/debuginfo.v1alpha1.DebuginfoService/UploadFinished",
    "/debuginfo.v1alpha1.DebuginfoService/Upload/0123abcd",
  ])("%s", async (target) => {
    const answer = await sendRaw(pyroduct.receiver, { method: "POST", target, body: Buffer.from("{}") });
    expect(answer.status).toBe(401);
  });

  test("the answer comes before the body, which need not be sent at all", async () => {
    using connection = await RawConnection.open(pyroduct.receiver);
    const whole = encodeRequest({ ...ingest(), body: Buffer.alloc(1024 * 1024) }, pyroduct.receiver);
    await connection.send(whole.subarray(0, whole.length - 1024 * 1024));
    expect(await connection.response()).toMatchObject({ status: 401 });
    await connection.closed;
  });

  test("a request without a body keeps its connection", async () => {
    using connection = await RawConnection.open(pyroduct.receiver);
    const empty = { ...ingest(), body: new Uint8Array() };
    expect((await connection.request(empty)).status).toBe(401);
    expect((await connection.request(ingest(basic))).status).toBe(200);
  });

  test("it is counted, and told once in a while", async () => {
    await sendRaw(pyroduct.receiver, ingest());
    const metrics = await (await fetch(`http://${pyroduct.admin}/metrics`)).text();
    const id = 'component_id="pyroscope.receive_http.r"';
    expect(metrics).toMatch(
      /pyroduct_receive_http_refused_requests_total\{.*reason="unauthenticated".*\} [1-9]/,
    );
    expect(metrics).toMatch(/request_duration_seconds_count\{.*route="ingest",status_code="401".*\} [1-9]/);
    expect(metrics).toContain(id);
    const told = pyroduct.log.filter((line) => line["reason"] === needed);
    expect(told.length).toBeGreaterThan(0);
    expect(JSON.stringify(pyroduct.log)).not.toContain(basic.slice(6));
  });
});

test("a flood of guesses is told to come back, and holds up nobody who was in before", async () => {
  sink.script({});
  expect((await sendRaw(pyroduct.receiver, ingest(basic))).status).toBe(200);
  const guesses = Array.from({ length: 200 }, (_, guess) => {
    const credentials = Buffer.from(`bob:guess ${guess}`).toString("base64");
    return sendRaw(pyroduct.receiver, ingest(`Basic ${credentials}`));
  });
  const first = await Promise.race(guesses);
  expect((await sendRaw(pyroduct.receiver, ingest(basic))).status).toBe(200);
  const answers = await Promise.all([first, ...guesses]);
  const busy = answers.filter(({ status }) => status === 503);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 503]));
  expect(busy.every((answer) => answer.header("retry-after") === "1")).toBe(true);
  expect(busy[0]?.text).toBe("too many passwords are being verified\n");
});

describe("gRPC", () => {
  const series = [
    {
      labels: [{ name: "service_name", value: "app" }],
      samples: [{ rawProfile: Buffer.from("profile"), ID: "" }],
    },
  ];

  function grpcUrl(): string {
    return `http://${pyroduct.log.find(({ protocol }) => protocol === "grpc")?.["address"]}`;
  }

  async function codeOf(call: Promise<unknown>): Promise<Code | "ok"> {
    try {
      await call;
      return "ok";
    } catch (thrown) {
      return ConnectError.from(thrown).code;
    }
  }

  test("credentials let a call in, none keep it out", async () => {
    const { requests } = sink.script({});
    const client = createClient(PusherService, createGrpcTransport({ baseUrl: grpcUrl() }));
    const push = (headers: Record<string, string>) =>
      codeOf(client.push({ series }, { headers, timeoutMs: 5000 }));
    expect(await push({})).toBe(Code.Unauthenticated);
    expect(await push({ authorization: "Bearer wrong" })).toBe(Code.Unauthenticated);
    expect(await push({ authorization: basic.replace("Basic ", "Basic x") })).toBe(Code.Unauthenticated);
    expect(requests).toEqual([]);
    expect(await push({ authorization: `Bearer ${token}` })).toBe("ok");
    expect(await push({ authorization: basic })).toBe("ok");
    expect(requests).toHaveLength(2);
  });

  test("the answer comes before the message, which need not be sent at all", async () => {
    const session = connect(grpcUrl());
    try {
      const call = session.request({
        ":method": "POST",
        ":path": pushPath,
        "content-type": "application/grpc",
        te: "trailers",
      });
      call.on("error", () => undefined);
      call.write(Buffer.from([0, 0, 16, 0, 0, 1, 2, 3]));
      const { promise, resolve } = Promise.withResolvers<IncomingHttpHeaders>();
      call.on("response", resolve);
      const head = await withinMs(5000, "the answer", promise);
      expect(head).toMatchObject({ ":status": 200, "grpc-status": "16" });
      expect(decodeURIComponent(String(head["grpc-message"]))).toBe(needed);
    } finally {
      session.destroy();
    }
  });
});

describe("files that change", () => {
  const health = async () => (await fetch(`http://${pyroduct.admin}/-/healthy`)).text();

  function replaceFile(name: string, content: string): void {
    writeFileSync(folder.file("next"), content);
    renameSync(folder.file("next"), folder.file(name));
  }

  test("a broken one keeps the users and shows in the health until it is mended", async () => {
    replaceFile("htpasswd", "alice:not-a-hash\n");
    await eventually("the bad health", async () => (await health()).includes("line 1"));
    expect(await health()).not.toContain("not-a-hash");
    expect((await sendRaw(pyroduct.receiver, ingest(basic))).status).toBe(200);
    replaceFile("htpasswd", aliceLine);
    await eventually("the good health", async () => !(await health()).includes("line 1"));
    expect(
      pyroduct.log.filter(({ msg }) => msg === "new credentials refused, the old ones stay"),
    ).toHaveLength(1);
  });

  test("a token that is taken out lets nobody in any more", async () => {
    replaceFile("tokens", "another-token\n");
    const status = async (value: string) =>
      (await sendRaw(pyroduct.receiver, ingest(`Bearer ${value}`))).status;
    await eventually("the new token", async () => (await status("another-token")) === 200);
    expect(await status(token)).toBe(401);
    replaceFile("tokens", `${token}\n`);
    await eventually("the old token", async () => (await status(token)) === 200);
  });
});

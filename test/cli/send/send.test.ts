import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { fromBinary } from "@bufbuild/protobuf";
import { PushRequestSchema } from "../../../src/gen/push/v1/push_pb.ts";
import { TemporaryFolder } from "../../base/temporary_folder.ts";
import { freePort } from "../../http/free_port.ts";
import { command } from "../command.ts";
import { folded, javaJfr, nodePprof, partNamed, plainJfr, pprofOf } from "./samples.ts";

/** A request as the receiver got it. */
interface Received {
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Buffer;
}

const folder = new TemporaryFolder();
const received: Received[] = [];
const answers: Response[] = [];
const receiver = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (request) => {
    const body = Buffer.from(await request.arrayBuffer());
    received.push({ url: new URL(request.url), headers: request.headers, body });
    return answers.shift() ?? new Response("{}");
  },
});
const url = `http://127.0.0.1:${receiver.port}`;

afterAll(() => {
  void receiver.stop(true);
  folder[Symbol.dispose]();
});

/** Writes files and sends them; what came at the receiver is what is returned. */
async function send(files: Readonly<Record<string, Uint8Array | string>>, ...flags: readonly string[]) {
  received.length = 0;
  const paths = Object.entries(files).map(([name, content]) => {
    writeFileSync(folder.file(name), content);
    return folder.file(name);
  });
  const ended = await command("send", "--url", url, ...flags, ...paths);
  const requests = [...received];
  const error = ended.error.replaceAll(`${folder.path}/`, "");
  return { ...ended, error, out: ended.out.replaceAll(`${folder.path}/`, ""), requests, first: requests[0] };
}

function parametersOf(request: Received | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(request?.url.searchParams ?? []);
}

describe("by /ingest", () => {
  test("pprof is the whole body, with its own times and the file's name", async () => {
    const pprof = pprofOf(["cpu"], 1_700_000_000_500, 10_000);
    const { status, out, first } = await send({ "checkout.cpu.pprof": pprof });
    expect([status, out]).toEqual([
      0,
      `sent checkout.cpu.pprof (pprof, ${pprof.length} B) as checkout to ${url}\n`,
    ]);
    expect(first?.url.pathname).toBe("/ingest");
    expect(parametersOf(first)).toEqual({
      name: "checkout{}",
      format: "pprof",
      from: "1700000000",
      until: "1700000011",
    });
    expect(first?.headers.get("content-type")).toBe("application/octet-stream");
    expect(first?.body).toEqual(Buffer.from(pprof));
  });

  test("gzipped pprof stays as it is", async () => {
    const { status, first } = await send(
      { "a.pprof": nodePprof },
      "--name",
      "my.app",
      "--label",
      "region=eu west",
    );
    expect(status).toBe(0);
    expect(first?.url.searchParams.get("name")).toBe("my.app{region=eu west}");
    expect(first?.body.equals(nodePprof)).toBe(true);
  });

  test.each<[string, Uint8Array]>([
    ["gzipped", javaJfr],
    ["plain", plainJfr],
  ])("a %s recording goes like that of the Java agent", async (_, recording) => {
    const { status, first } = await send({ "a.jfr": recording });
    const { name, from, until, ...parameters } = parametersOf(first);
    expect([status, name]).toEqual([0, "a{}"]);
    expect(parameters).toEqual({
      aggregationType: "sum",
      format: "jfr",
      sampleRate: "100",
      spyName: "javaspy",
      units: "samples",
    });
    expect(Number(until) - Number(from)).toBeWithin(1, 9);
    expect(first?.headers.get("content-type")).toMatch(/^multipart\/form-data; boundary=/);
    const part = partNamed(first?.body ?? Buffer.alloc(0), "jfr");
    expect(gunzipSync(part).equals(plainJfr)).toBe(true);
  });

  test("folded stacks are text, of the last ten seconds or of the times that are given", async () => {
    const times = ["--from", "1700000000", "--until", "1700000060"];
    const { status, first } = await send({ "a.folded": folded }, ...times);
    expect(status).toBe(0);
    expect(parametersOf(first)).toMatchObject({ format: "folded", from: "1700000000", until: "1700000060" });
    expect(first?.headers.get("content-type")).toBe("text/plain");
    expect(first?.body.equals(folded)).toBe(true);
  });
});

describe("by Push", () => {
  test("pprof carries its kind, its name and its labels", async () => {
    const { status, first } = await send({ "a.pprof": nodePprof }, "--protocol=push", "--label", "env=a,b}");
    expect([status, first?.url.pathname]).toEqual([0, "/push.v1.PusherService/Push"]);
    const [series] = fromBinary(PushRequestSchema, first?.body ?? new Uint8Array()).series;
    const labels = Object.fromEntries((series?.labels ?? []).map((label) => [label.name, label.value]));
    expect(labels).toEqual({ __name__: "wall", service_name: "a", env: "a,b}" });
    expect(Buffer.from(series?.samples[0]?.rawProfile ?? []).equals(nodePprof)).toBe(true);
  });

  test.each<[string, Readonly<Record<string, Uint8Array>>, readonly string[], string]>([
    [
      "a recording",
      { "a.jfr": javaJfr },
      [],
      "a Push holds pprof alone, and this is jfr: leave --protocol out",
    ],
    ["times", { "a.pprof": nodePprof }, ["--from=now-1h"], "--from and --until have no place in a Push"],
    ["a kind that is not told", { "a.pprof": pprofOf(["contentions"]) }, [], "add --label __name__=mutex"],
  ])("can't carry %s", async (_, files, flags, problem) => {
    const { status, error, requests } = await send(files, "--protocol=push", ...flags);
    expect([status, requests]).toEqual([1, []]);
    expect(error).toContain(problem);
  });
});

describe("who sends", () => {
  test("is a user with the password in a file", async () => {
    writeFileSync(folder.file("password"), "secret\n");
    const flags = ["--username", "12345", "--password-file", folder.file("password")];
    const { first } = await send({ "a.folded": folded }, ...flags);
    expect(first?.headers.get("authorization")).toBe(`Basic ${btoa("12345:secret")}`);
  });

  test("is a token in a file", async () => {
    writeFileSync(folder.file("token"), "token-123\n");
    const { first } = await send({ "a.folded": folded }, "--bearer-token-file", folder.file("token"));
    expect(first?.headers.get("authorization")).toBe("Bearer token-123");
  });

  test("is in the environment, where the command line says nothing else", async () => {
    process.env["PYRODUCT_BEARER_TOKEN"] = "token-env";
    process.env["PYRODUCT_PASSWORD"] = "password-env";
    try {
      const byToken = await send({ "a.folded": folded });
      const byUser = await send({ "a.folded": folded }, "--username", "u");
      expect(byToken.first?.headers.get("authorization")).toBe("Bearer token-env");
      expect(byUser.first?.headers.get("authorization")).toBe(`Basic ${btoa("u:password-env")}`);
    } finally {
      delete process.env["PYRODUCT_BEARER_TOKEN"];
      delete process.env["PYRODUCT_PASSWORD"];
    }
  });

  test("is a tenant too, and headers travel", async () => {
    const { first } = await send(
      { "a.folded": folded },
      "--tenant",
      "t-1",
      "--header",
      "X-A: 1",
      "--header",
      "X-B: a: b",
    );
    const { headers } = first ?? { headers: new Headers() };
    expect([headers.get("x-scope-orgid"), headers.get("x-a"), headers.get("x-b")]).toEqual([
      "t-1",
      "1",
      "a: b",
    ]);
  });

  test.each<[readonly string[], string]>([
    [["--header", "Authorization: Bearer x"], "since other users can see a command line: use --username"],
    [["--header", "nothing"], '--header expects "Name: value"'],
    [["--password-file", "x"], "--password-file goes with --username: add it"],
    [["--username", "u", "--password-file", "/no/such"], "--password-file: the file can't be read"],
    [["--url", "receiver:4040"], "--url: expected an http or https URL"],
    [["--url", "http://u:p@receiver"], "--url: must not hold credentials"],
    [["--from", "now", "--until", "now-1h"], "--from is later than --until"],
    [["--name", "my app"], 'the name "my app" may only hold'],
    [["--label", "=x"], "Expected name=value"],
    [["--until", "tomorrow"], "Expected a time"],
  ])("%j is a mistake", async (flags, problem) => {
    const { status, error, requests } = await send({ "a.folded": folded }, ...flags);
    expect([status, requests]).toEqual([1, []]);
    expect(error).toContain(problem);
  });
});

describe("several files", () => {
  test("are counted, and one that is no profile holds up none", async () => {
    const files = { "a.folded": folded, "b.txt": "hello", "c.pprof": nodePprof };
    const { status, out, error, requests } = await send(files, "--name=x");
    expect([status, requests.length]).toEqual([1, 2]);
    expect(out).toMatch(/^\[1\/3\] sent a\.folded .*\n\[3\/3\] sent c\.pprof .*\n2 of 3 files sent\n$/);
    expect(error).toStartWith("[2/3] b.txt: it is text");
  });

  test("that are not there are told before anything is sent", async () => {
    const { status, error, requests } = await send(
      { "a.folded": folded },
      folder.file("nosuch"),
      folder.path,
    );
    expect([status, requests]).toEqual([1, []]);
    expect(error).toContain("nosuch: the file can't be read: there is no such file");
    expect(error).toContain("it is a folder: name the file in it");
  });

  test("are not all tried where the receiver refuses whoever sends", async () => {
    answers.push(new Response("no", { status: 401 }));
    const { status, out, error, requests } = await send({ "a.folded": folded, "b.folded": folded });
    expect([status, requests.length, out]).toEqual([2, 1, "0 of 2 files sent\n"]);
    expect(error).toContain("fix: the receiver asks who sends: write --username and --password-file");
    expect(error).toContain("stopped: the other file was not tried");
  });

  test("are all tried where the receiver refuses a profile", async () => {
    answers.push(new Response("invalid", { status: 400 }));
    const { status, out } = await send({ "a.folded": folded, "b.folded": folded });
    expect(status).toBe(2);
    expect(out).toEndWith("1 of 2 files sent\n");
  });
});

describe("a receiver that does not take it", () => {
  test("is tried again where that may help", async () => {
    answers.push(new Response("busy", { status: 503 }));
    const { status, requests } = await send({ "a.folded": folded });
    expect([status, requests.length]).toEqual([0, 2]);
  });

  test("that is not there is told, with status 2", async () => {
    const nowhere = `http://127.0.0.1:${freePort()}`;
    const { status, error } = await send({ "a.folded": folded }, "--url", nowhere, "--timeout=300ms");
    expect(status).toBe(2);
    expect(error).toContain(`a.folded: not taken by ${nowhere}: connection refused`);
    expect(error).toContain("fix: start the receiver, or correct host and port in --url");
  });
});

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { receiveHttpDefinition } from "../../src/receive_http/definition.ts";
import { problemsOf } from "../relabel/component_bed.ts";
import { testTimeoutMs } from "../wire/bounded.ts";
import type { HeaderPair } from "../wire/http_message_reader.ts";
import { encodePush, pushPath } from "../wire/push_message.ts";
import { PyroductProcess } from "../wire/pyroduct_process.ts";
import { type RawRequest, sendRaw } from "../wire/raw_request.ts";
import { headerOf } from "../wire/recording.ts";
import { RecordingSink } from "../wire/recording_sink.ts";

setDefaultTimeout(testTimeoutMs);

let sink: RecordingSink;
let pyroduct: PyroductProcess;

beforeAll(async () => {
  sink = await RecordingSink.start();
  const at = (path: string) => ({ url: `${sink.url}/${path}`, min_backoff_period: "1ms" });
  pyroduct = await PyroductProcess.start({
    "pyroscope.receive_http": {
      r: {
        http: { listen_address: "127.0.0.1", listen_port: 0 },
        forward_headers: ["X-Scope-OrgID", "x-debug", "Authorization"],
        forward_to: ["pyroscope.write.direct.receiver", "pyroscope.relabel.rules.receiver"],
      },
    },
    "pyroscope.relabel": {
      rules: {
        forward_to: ["pyroscope.write.relabelled.receiver"],
        rule: [{ target_label: "way", replacement: "relabelled" }],
      },
    },
    "pyroscope.write": {
      direct: {
        endpoint: [
          at("plain"),
          { ...at("fixed"), headers: { "x-scope-orgid": "fixed" } },
          { ...at("listed"), http_headers: { "X-SCOPE-ORGID": ["one", "two"] } },
          { ...at("secret"), basic_auth: { username: "u", password: "p" } },
        ],
      },
      relabelled: { endpoint: at("relabelled") },
    },
  });
}, testTimeoutMs);

afterAll(async () => {
  await pyroduct[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
}, testTimeoutMs);

const message = encodePush({ service_name: "app" }, Buffer.from("profile"));

const requests: readonly (readonly [kind: string, request: RawRequest])[] = [
  ["/ingest", { method: "POST", target: "/ingest?name=app", body: Buffer.from("profile") }],
  [
    "Push",
    { method: "POST", target: pushPath, headers: [["Content-Type", "application/proto"]], body: message },
  ],
];

/** What each endpoint got in a header, by the endpoint. */
async function forwarded(request: RawRequest, headers: readonly HeaderPair[], name: string) {
  const recording = sink.script({});
  const answer = await sendRaw(pyroduct.receiver, {
    ...request,
    headers: [...(request.headers ?? []), ...headers],
  });
  expect(answer.status).toBe(200);
  expect(recording.requests).toHaveLength(5);
  return Object.fromEntries(
    recording.requests.map((one) => [one.path.split("/")[1], headerOf(one, name)] as const),
  );
}

describe.each(requests)("%s", (_, request) => {
  test("a sender's header goes to every endpoint that does not set it itself, relabelled or not", async () => {
    expect(await forwarded(request, [["X-Scope-OrgID", "tenant-a"]], "x-scope-orgid")).toEqual({
      plain: "tenant-a",
      fixed: "fixed",
      listed: "one, two",
      secret: "tenant-a",
      relabelled: "tenant-a",
    });
  });

  test("names mean the same in any case, and several values stay together", async () => {
    const headers: HeaderPair[] = [
      ["x-SCOPE-orgid", "tenant-a"],
      ["X-DEBUG", "yes"],
      ["X-Scope-OrgID", "tenant-b|tenant-c"],
    ];
    expect(await forwarded(request, headers, "x-scope-orgid")).toMatchObject({
      plain: "tenant-a, tenant-b|tenant-c",
      fixed: "fixed",
      relabelled: "tenant-a, tenant-b|tenant-c",
    });
    expect(await forwarded(request, headers, "x-debug")).toMatchObject({
      plain: "yes",
      fixed: "yes",
      listed: "yes",
    });
  });

  test("an endpoint's own credentials are not replaced by the sender's", async () => {
    const own = `Basic ${Buffer.from("u:p").toString("base64")}`;
    expect(await forwarded(request, [["Authorization", "Bearer sender"]], "authorization")).toMatchObject({
      plain: "Bearer sender",
      secret: own,
      relabelled: "Bearer sender",
    });
  });

  test("a header that was not sent or is not named does not go", async () => {
    const headers: HeaderPair[] = [["X-Scope-Other", "tenant-a"]];
    expect(await forwarded(request, headers, "x-scope-other")).toMatchObject({ plain: undefined });
    expect(await forwarded(request, headers, "x-scope-orgid")).toEqual({
      plain: undefined,
      fixed: "fixed",
      listed: "one, two",
      secret: undefined,
      relabelled: undefined,
    });
  });

  test("each sender's own value goes with its own profile", async () => {
    const tenants = Array.from({ length: 20 }, (_unused, index) => `tenant-${index}`);
    const recording = sink.script({ answers: [{ status: 503 }, { status: 503 }] });
    await Promise.all(
      tenants.map((tenant) =>
        sendRaw(pyroduct.receiver, {
          ...request,
          headers: [...(request.headers ?? []), ["X-Scope-OrgID", tenant]],
        }),
      ),
    );
    const plain = recording.requests.filter(({ path }) => path.startsWith("/relabelled"));
    expect(new Set(plain.map((one) => headerOf(one, "x-scope-orgid")))).toEqual(new Set(tenants));
  });
});

describe("a header of the connection or of the body can't be forwarded", () => {
  test.each([
    ...[
      "Host",
      "Content-Length",
      "Transfer-Encoding",
      "Connection",
      "Keep-Alive",
      "Upgrade",
      "TE",
      "Trailer",
    ],
    ...[
      "Content-Type",
      "Content-Encoding",
      "Proxy-Authorization",
      "Expect",
      "Connect-Timeout-Ms",
      "grpc-timeout",
    ],
    ...["HOST", "content-length", "X Scope", "x:y", ""],
  ])("%p", (name) => {
    const args = { forward_to: ["pyroscope.write.w.receiver"], forward_headers: ["X-Scope-OrgID", name] };
    expect(problemsOf(receiveHttpDefinition, args)).toEqual([
      expect.stringMatching(/^forward_headers\.1: expected/),
    ]);
  });

  test("what may travel may", () => {
    const forward_headers = ["X-Scope-OrgID", "Authorization", "Cookie", "User-Agent", "x_y"];
    const args = { forward_to: ["pyroscope.write.w.receiver"], forward_headers };
    expect(problemsOf(receiveHttpDefinition, args)).toEqual([]);
  });
});

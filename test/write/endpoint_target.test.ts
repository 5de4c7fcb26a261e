import { describe, expect, test } from "bun:test";
import { renameSync, writeFileSync } from "node:fs";
import { version } from "../../src/base/version.ts";
import { outgoingIngest } from "../../src/write/ingest_sender.ts";
import { outgoingPush } from "../../src/write/push_sender.ts";
import { eventually } from "../base/eventually.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { ingestProfile, pushProfile, requestContext } from "../profile/sample_profiles.ts";
import { endpointArguments, endpointTarget } from "./endpoint_bed.ts";

type Arguments = Readonly<Record<string, unknown>>;

interface Sent {
  readonly contentType?: string;
  readonly forwarded?: Readonly<Record<string, string>>;
}

/** The headers of a profile of /ingest, but for those of tracing. */
function headersOf(args: Arguments, { contentType, forwarded = {} }: Sent = {}): Record<string, string> {
  const request = requestContext({ forwardedHeaders: new Map(Object.entries(forwarded)) });
  const outgoing = outgoingIngest(ingestProfile({}, { contentType }), new Map(), request);
  const target = endpointTarget(endpointArguments(args));
  const { traceparent, "uber-trace-id": uberTraceId, ...rest } = target.headers(outgoing, 1000, undefined);
  expect([traceparent, uberTraceId]).toEqual([expect.stringContaining("0af7651916"), expect.any(String)]);
  return rest;
}

const own = { "user-agent": `pyroduct/${version}` };

test.each<[string, Arguments, Sent, Record<string, string>]>([
  ["without anything it says who it is", {}, {}, own],
  [
    "the endpoint's user agent replaces that",
    { headers: { "User-Agent": "mine/1" } },
    {},
    { "user-agent": "mine/1" },
  ],
  ["a bearer token", { bearer_token: "t" }, {}, { ...own, authorization: "Bearer t" }],
  [
    "a user and a password",
    { basic_auth: { username: "u", password: "p" } },
    {},
    { ...own, authorization: "Basic dTpw" },
  ],
  [
    "a user without a password",
    { basic_auth: { username: "u" } },
    {},
    { ...own, authorization: "Basic dTo=" },
  ],
  [
    "another scheme",
    { authorization: { type: "Token", credentials: "c" } },
    {},
    { ...own, authorization: "Token c" },
  ],
  [
    "a scheme that is not said is Bearer",
    { authorization: { credentials: "c" } },
    {},
    { ...own, authorization: "Bearer c" },
  ],
  [
    "the endpoint's own Authorization beats the auth block",
    { bearer_token: "t", headers: { Authorization: "mine" } },
    {},
    { ...own, authorization: "mine" },
  ],
  ["the sender's content type goes along", {}, { contentType: "a/b" }, { ...own, "content-type": "a/b" }],
  [
    "and beats the endpoint's",
    { headers: { "Content-Type": "c/d" } },
    { contentType: "a/b" },
    { ...own, "content-type": "a/b" },
  ],
  [
    "which holds where the sender gave none",
    { headers: { "Content-Type": "c/d" } },
    {},
    { ...own, "content-type": "c/d" },
  ],
  [
    "added headers come besides",
    { headers: { "X-A": "1" }, http_headers: { "X-A": ["2", "3"], "X-B": ["4"] } },
    {},
    { ...own, "x-a": "1, 2, 3", "x-b": "4" },
  ],
  [
    "forwarded headers go along",
    {},
    { forwarded: { "x-scope-orgid": "t1" } },
    { ...own, "x-scope-orgid": "t1" },
  ],
  [
    "but not where the endpoint sets them",
    { headers: { "X-Scope-OrgID": "mine" } },
    { forwarded: { "x-scope-orgid": "t1" } },
    { ...own, "x-scope-orgid": "mine" },
  ],
  [
    "nor where it adds them",
    { http_headers: { "X-Scope-OrgID": ["mine"] } },
    { forwarded: { "x-scope-orgid": "t1" } },
    { ...own, "x-scope-orgid": "mine" },
  ],
  [
    "nor where it authenticates itself",
    { bearer_token: "mine" },
    { forwarded: { authorization: "Bearer theirs" } },
    { ...own, authorization: "Bearer mine" },
  ],
])("%s", (_, args, sent, wanted) => {
  expect(headersOf(args, sent)).toEqual(wanted);
});

test("Push has its own content type, version and deadline, whatever the endpoint says", () => {
  const args = {
    headers: { "Content-Type": "c/d", "Connect-Protocol-Version": "7", "Connect-Timeout-Ms": "1" },
  };
  const outgoing = outgoingPush(pushProfile(), new Map(), requestContext());
  const headers = endpointTarget(endpointArguments(args)).headers(outgoing, 1234, undefined);
  expect(
    ["content-type", "connect-protocol-version", "connect-timeout-ms"].map((name) => headers[name]),
  ).toEqual(["application/proto", "1", "1234"]);
});

describe("the URL", () => {
  test.each([
    ["http://a:4040", "http://a:4040/ingest?name="],
    ["http://a:4040/", "http://a:4040/ingest?name="],
    ["https://a/base/path/", "https://a/base/path/ingest?name="],
    ["http://a//base//", "http://a/base/ingest?name="],
  ])("%s", (url, beginning) => {
    const outgoing = outgoingIngest(ingestProfile(), new Map(), requestContext());
    expect(endpointTarget(endpointArguments({ url })).url(outgoing)).toStartWith(beginning);
  });
});

test("it is called by its name, else by its URL", () => {
  expect(endpointTarget(endpointArguments({ url: "http://a" })).label).toBe("http://a");
  expect(endpointTarget(endpointArguments({ url: "http://a", name: "mine" })).label).toBe("mine");
});

test("a token file that changes gives the new token from then on", async () => {
  using folder = new TemporaryFolder();
  writeFileSync(folder.file("token"), "one\n");
  const target = endpointTarget(endpointArguments({ bearer_token_file: folder.file("token") }));
  const outgoing = outgoingIngest(ingestProfile(), new Map(), requestContext());
  const authorization = () => target.headers(outgoing, 1000, undefined)["authorization"];
  target.start();
  expect(authorization()).toBe("Bearer one");
  writeFileSync(folder.file("next"), "two\n");
  renameSync(folder.file("next"), folder.file("token"));
  await eventually("the new token", () => authorization() === "Bearer two");
  target.stop();
});

import { describe, expect, test } from "bun:test";
import { sendRaw } from "../wire/raw_request.ts";
import { headerOf } from "../wire/recording.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { RunningGraph, receiverArguments, writeArguments } from "./running_graph.ts";

/** What a destination sees of a request that goes through a receiver and a write. */
async function forwarded(headers: readonly (readonly [string, string])[], write: object = {}) {
  await using sink = await RecordingSink.start();
  await using graph = await RunningGraph.start({
    "pyroscope.receive_http": { r: { ...receiverArguments(0, ["w"]), forward_headers: ["X-Scope-OrgID"] } },
    "pyroscope.write": { w: writeArguments(sink.url, write) },
  });
  const body = Buffer.from([0, 255, 10]);
  const answer = await sendRaw(graph.receiver(), {
    method: "POST",
    target: "/ingest?name=app",
    headers,
    body,
  });
  const [request] = sink.recording.requests;
  expect([answer.status, answer.text, Buffer.from(request?.body ?? [])]).toEqual([200, "", body]);
  return (name: string) => (request === undefined ? undefined : headerOf(request, name));
}

/** A value as the sink sees it, a code unit for each byte. */
function onTheWire(value: string): string {
  return Buffer.from(value, "utf8").toString("latin1");
}

describe("a header of the sender's", () => {
  test.each([
    ["Content-Type", "application/octet-stream; charset=x"],
    ["Content-Type", 'text/plain; x="käse 🧀"'],
    ["Content-Encoding", "gzip, br"],
    ["X-Scope-OrgID", "tenant-1"],
    ["X-Scope-OrgID", "käse 🧀"],
  ])("%s: %j goes on byte for byte", async (name, value) => {
    const headerOfSink = await forwarded([[name, value]]);
    expect(headerOfSink(name.toLowerCase())).toBe(onTheWire(value));
  });

  test.each(["Authorization", "Cookie", "X-Forwarded-For", "Accept"])("%s does not travel", async (name) => {
    const headerOfSink = await forwarded([[name, "the-senders-own"]]);
    expect(headerOfSink(name.toLowerCase()) ?? "").not.toBe("the-senders-own");
  });

  test("that the endpoint sets itself does not take its place", async () => {
    const own = { basic_auth: { username: "u", password: "p" }, headers: { "X-Scope-OrgID": "mine" } };
    const headerOfSink = await forwarded([["X-Scope-OrgID", "theirs"]], own);
    expect([headerOfSink("x-scope-orgid"), headerOfSink("authorization")]).toEqual(["mine", "Basic dTpw"]);
  });
});

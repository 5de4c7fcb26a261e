import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Capture, loadCaptures } from "./capture.ts";
import { expectedName, expectedSeriesLabels } from "./expected_labels.ts";
import { findHeader } from "./http_message_reader.ts";
import { compareNames, decodePush, entriesOf, pushPath } from "./push_message.ts";
import { PyroductProcess } from "./pyroduct_process.ts";
import { type RawResponse, sendRaw } from "./raw_request.ts";
import { headerOf, type RecordedRequest } from "./recording.ts";
import { RecordingSink } from "./recording_sink.ts";

const startTimeoutMs = 30_000;

/** Headers that go on, and those that any HTTP client sets by itself. */
const sharedHeaders = ["content-type", "content-encoding", "accept", "accept-encoding", "connection"];

/** Registers one test for each request that an SDK was seen to send: through pyroduct to two destinations. */
export function registerCaptureTests(): void {
  describe("what SDKs send", () => {
    const resources = new AsyncDisposableStack();
    const sinks: RecordingSink[] = [];
    let receiver = "";

    beforeAll(async () => {
      sinks.push(resources.use(await RecordingSink.start()), resources.use(await RecordingSink.start()));
      const config = {
        "pyroscope.receive_http": {
          r: {
            http: { listen_address: "127.0.0.1", listen_port: 0 },
            forward_to: ["pyroscope.write.a.receiver", "pyroscope.write.b.receiver"],
          },
        },
        "pyroscope.write": {
          a: { endpoint: { url: sinks[0]?.url } },
          b: { endpoint: { url: sinks[1]?.url } },
        },
      };
      receiver = resources.use(await PyroductProcess.start(config)).receiver;
    }, startTimeoutMs);

    afterAll(async () => {
      await resources.disposeAsync();
    }, startTimeoutMs);

    const captures = loadCaptures();

    test.each(captures.filter(({ isPush }) => !isPush).map((capture) => [capture.name, capture] as const))(
      "%s",
      async (_name, capture) => {
        const recordings = sinks.map((sink) => sink.script({}));
        const answer = await sendRaw(receiver, capture.request);
        expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: "" });
        for (const { requests } of recordings) {
          expect(requests.map((request) => describeIngest(capture, request))).toEqual([
            expectedIngest(capture),
          ]);
        }
      },
    );

    test.each(captures.filter(({ isPush }) => isPush).map((capture) => [capture.name, capture] as const))(
      "%s",
      async (_name, capture) => {
        const recordings = sinks.map((sink) => sink.script({}));
        const answer = await sendRaw(receiver, capture.request);
        expect(describePushAnswer(answer)).toEqual({
          status: 200,
          contentType: "application/proto",
          length: 0,
        });
        for (const { requests } of recordings) {
          expect(requests.map((request) => describePush(capture, request))).toEqual([expectedPush(capture)]);
        }
      },
    );
  });
}

function expectedIngest({ request }: Capture): object {
  const [path = "", ...query] = request.target.split("?");
  return {
    method: "POST",
    path: path.replaceAll("//", "/"),
    query: [...new URLSearchParams(query.join("?"))]
      .map(([key, value]): [string, string] => [key, key === "name" ? expectedName(value) : value])
      .toSorted(compareNames),
    contentType: findHeader(request.headers, "content-type"),
    contentEncoding: findHeader(request.headers, "content-encoding"),
    body: Buffer.from(request.body).toString("base64"),
    passedOn: [],
  };
}

function describeIngest(capture: Capture, request: RecordedRequest): object {
  return {
    method: request.method,
    path: request.path,
    query: [...new URLSearchParams(request.query)],
    contentType: headerOf(request, "content-type"),
    contentEncoding: headerOf(request, "content-encoding"),
    body: Buffer.from(request.body).toString("base64"),
    passedOn: passedOn(capture, request),
  };
}

function expectedPush({ request }: Capture): object {
  const entries = decodePush(Bun.gunzipSync(Buffer.from(request.body)));
  return {
    path: pushPath,
    contentType: "application/proto",
    entries: entries.map((entry) => ({ ...entry, labels: expectedSeriesLabels(new Map(entry.labels)) })),
    passedOn: [],
  };
}

function describePush(capture: Capture, request: RecordedRequest): object {
  return {
    path: request.path,
    contentType: headerOf(request, "content-type"),
    entries: entriesOf(request),
    passedOn: passedOn(capture, request),
  };
}

function describePushAnswer(answer: RawResponse): object {
  const contentType = answer.header("content-type");
  const isGzip = answer.header("content-encoding") === "gzip";
  const { length } = isGzip ? Bun.gunzipSync(Buffer.from(answer.body)) : answer.body;
  return { status: answer.status, contentType, length };
}

/** The sender's own headers that went on to the destination. */
function passedOn(capture: Capture, { headers }: RecordedRequest): string[] {
  return capture.request.headers
    .filter(([name]) => !sharedHeaders.includes(name.toLowerCase()))
    .filter(([name, value]) => findHeader(headers, name.toLowerCase()) === value)
    .map(([name]) => name);
}

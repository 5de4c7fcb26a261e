import { describe, expect, test } from "bun:test";
import { besideBystander } from "./bystander.ts";
import type { HeaderPair } from "./http_message_reader.ts";
import { encodePush, entriesOf, pushPath, shortHash } from "./push_message.ts";
import { type RawRequest, type RawResponse, sendRaw } from "./raw_request.ts";
import { useReceiverBed } from "./receiver_bed.ts";

/** https://grpc.io/docs/guides/status-codes/ */
const ok = "0";
const invalidArgument = "3";
const deadlineExceeded = "4";
const resourceExhausted = "8";

/** The bit of a frame's first byte that says that it holds trailers. */
const trailersFlag = 0x80;

const profile = Buffer.from("a profile");
const message = encodePush({ __name__: "process_cpu", service_name: "svc" }, profile);

/** Registers the tests of Push by gRPC-Web. */
export function registerGrpcWebTests(): void {
  describe("gRPC-Web", () => {
    const bed = useReceiverBed({
      http: { max_body_size: "64KiB" },
      endpoint: { min_backoff_period: "10ms", max_backoff_period: "20ms" },
    });

    test("a Push arrives", async () => {
      const { address, sink } = bed();
      const { requests } = sink.script({});
      const answer = await sendRaw(address, grpcWeb(frame(message)));
      expect(describeAnswer(answer)).toEqual({ http: 200, isGrpcWeb: true, messages: [0], status: ok });
      const arrived = requests.flatMap(entriesOf);
      expect(arrived.map(({ hash, labels }) => [hash, labels.length])).toEqual([[shortHash(profile), 3]]);
    });

    test("a Push that the destination refuses says what it said", async () => {
      const { address, sink } = bed();
      sink.script({
        otherwise: { status: 400, body: '{"code":"invalid_argument","message":"a bad profile"}' },
      });
      const answer = await sendRaw(address, grpcWeb(frame(message)));
      expect(describeAnswer(answer)).toMatchObject({ http: 200, isGrpcWeb: true, status: invalidArgument });
      expect(decodeURIComponent(trailersOf(answer).get("grpc-message") ?? "")).toContain("a bad profile");
    });

    test("a Push that the destination does not answer ends by its deadline", async () => {
      const { address, sink } = bed();
      sink.script({ otherwise: { instead: "hang" } });
      const answer = await sendRaw(address, grpcWeb(frame(message), [["grpc-timeout", "400m"]]), 3_000);
      expect(describeAnswer(answer)).toMatchObject({ http: 200, status: deadlineExceeded });
    });

    test.each([
      ["no protobuf", frame(Buffer.from("not protobuf at all")), invalidArgument],
      ["half a frame", frame(message).subarray(0, 20), invalidArgument],
      [
        "labels that are not allowed",
        frame(encodePush({ "a-b": "c", service_name: "svc" }, profile)),
        invalidArgument,
      ],
      ["too much", frame(Buffer.alloc(128 * 1024)), resourceExhausted],
    ])("%s is refused", async (_what, body, status) => {
      const { address, sink } = bed();
      const { requests } = sink.script({});
      await besideBystander(address, async () => {
        const answer = await sendRaw(address, grpcWeb(body));
        expect(describeAnswer(answer)).toMatchObject({ http: 200, isGrpcWeb: true, status });
      });
      expect(requests.filter(({ path }) => path === pushPath)).toEqual([]);
    });
  });
}

function grpcWeb(body: Uint8Array, headers: readonly HeaderPair[] = []): RawRequest {
  const contentType: HeaderPair = ["Content-Type", "application/grpc-web+proto"];
  return { method: "POST", target: pushPath, headers: [contentType, ["X-Grpc-Web", "1"], ...headers], body };
}

function frame(payload: Uint8Array): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

function framesOf({ body }: RawResponse): { isTrailers: boolean; payload: Buffer }[] {
  const bytes = Buffer.from(body);
  const frames: { isTrailers: boolean; payload: Buffer }[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const end = offset + 5 + bytes.readUInt32BE(offset + 1);
    const isTrailers = (bytes.readUInt8(offset) & trailersFlag) !== 0;
    frames.push({ isTrailers, payload: bytes.subarray(offset + 5, end) });
    offset = end;
  }
  return frames;
}

/** The trailers, which stand in the head where there is no message to come before them. */
function trailersOf(answer: RawResponse): ReadonlyMap<string, string> {
  const lines = framesOf(answer)
    .filter(({ isTrailers }) => isTrailers)
    .flatMap(({ payload }) => payload.toString().split("\r\n"))
    .filter((line) => line !== "")
    .map((line): HeaderPair => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
  return new Map([...answer.headers, ...lines].map(([name, value]) => [name.toLowerCase(), value]));
}

function describeAnswer(answer: RawResponse): object {
  return {
    http: answer.status,
    isGrpcWeb: answer.header("content-type")?.startsWith("application/grpc-web") === true,
    messages: framesOf(answer)
      .filter(({ isTrailers }) => !isTrailers)
      .map(({ payload }) => payload.length),
    status: trailersOf(answer).get("grpc-status"),
  };
}

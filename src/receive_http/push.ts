import { fromBinary } from "@bufbuild/protobuf";
import { codeToHttpStatus, errorToJsonBytes } from "@connectrpc/connect/protocol-connect";
import { CodedError } from "../base/failure.ts";
import { type PushRequest, PushRequestSchema } from "../gen/push/v1/push_pb.ts";
import type { BodyRead } from "../http/read_body.ts";
import { PushScanner } from "../profile/push_scan.ts";
import { profileOfPush } from "../profile/push_wire.ts";
import {
  bodyOf,
  type ConnectCall,
  connectVersion,
  decompressed,
  invalidRequest,
  serveCall,
  toConnectError,
} from "./connect_call.ts";
import type { ConnectRouter } from "./connect_router.ts";
import type { Exchange } from "./exchange.ts";
import { pushProfile } from "./push_call.ts";
import { bodyRefusals, type ServeParts } from "./serve.ts";

/**
 * Serves POST /push.v1.PusherService/Push. Connect's unary calls in binary form, which is what SDKs send, are
 * served here; JSON, gRPC-Web and everything unusual by the router.
 */
export function servePush(exchange: Exchange, parts: ServeParts, router: ConnectRouter): Promise<Response> {
  const call: ConnectCall = { exchange, parts };
  return serveCall(call, (read) =>
    isPlainUnary(exchange.request.headers) ? serveUnary(read, call) : router.serve(read, call),
  );
}

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const grpcUnitMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/**
 * The deadline that a call states, in milliseconds.
 *
 * @returns undefined where it states none, or none that can be read, which the protocol answers.
 */
export function statedDeadlineMs(headers: Headers): number | undefined {
  const connect = headers.get("connect-timeout-ms");
  if (connect !== null) return /^\d{1,10}$/.test(connect) ? Number(connect) : undefined;
  const match = /^(\d{1,8})([HMSmun])$/.exec(headers.get("grpc-timeout") ?? "");
  return match === null ? undefined : Number(match[1]) * (grpcUnitMs[match[2] ?? ""] ?? 0);
}

function isPlainUnary(headers: Headers): boolean {
  const encoding = headers.get("content-encoding");
  return (
    headers.get("content-type") === "application/proto" &&
    (encoding === null || encoding === "identity" || encoding === "gzip") &&
    (connectVersion(headers) ?? "1") === "1" &&
    (headers.get("connect-timeout-ms") === null || statedDeadlineMs(headers) !== undefined)
  );
}

const scanner = new PushScanner();

/** An empty PushResponse; its type becomes the answer's Content-Type, for a quarter of what a list of headers costs. */
const nothing = new Blob([], { type: "application/proto" });

async function serveUnary(read: BodyRead, call: ConnectCall): Promise<Response> {
  const { exchange, parts } = call;
  try {
    const isGzip = exchange.request.headers.get("content-encoding") === "gzip";
    const plain = isGzip ? await decompressed(read, exchange, parts) : read;
    const message = bodyOf(plain, parts);
    await pushProfile(scanner.scan(message) ?? profileOfPush(decode(message, parts)), call, message);
    parts.onAnswer(0);
    return new Response(nothing);
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    const error = toConnectError(thrown);
    const status = read.type === "too_slow" ? bodyRefusals.too_slow.status : codeToHttpStatus(error.code);
    const body = errorToJsonBytes(error, undefined);
    return new Response(body, {
      status,
      headers: { "Content-Type": "application/json", "Content-Length": String(body.byteLength) },
    });
  }
}

function decode(bytes: Uint8Array, parts: ServeParts): PushRequest {
  try {
    return fromBinary(PushRequestSchema, bytes, { readUnknownFields: false });
  } catch {
    throw invalidRequest("the body is no push.v1.PushRequest", parts);
  }
}

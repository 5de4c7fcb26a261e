import { fromBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { codeFromString, codeToHttpStatus, errorToJsonBytes } from "@connectrpc/connect/protocol-connect";
import { CodedError } from "../base/failure.ts";
import { type PushRequest, PushRequestSchema } from "../gen/push/v1/push_pb.ts";
import { gunzip } from "../http/gunzip.ts";
import { type BodyRead, readBody } from "../http/read_body.ts";
import type { Exchange } from "./exchange.ts";
import { bodyOf, invalidRequest, push } from "./push_call.ts";
import type { PushRouter } from "./push_router.ts";
import { bodyRefusals, type ServeParts } from "./serve.ts";

/**
 * Serves POST /push.v1.PusherService/Push. Connect's unary calls in binary form, which is what SDKs send, are
 * served here; JSON, gRPC-Web and everything unusual by the router.
 */
export async function servePush(
  exchange: Exchange,
  parts: ServeParts,
  router: PushRouter,
): Promise<Response> {
  const { request, held } = exchange;
  const limits = { maxBytes: parts.maxBodyBytes, timeoutMs: parts.readTimeoutMs, held, clock: parts.clock };
  const read = await readBody(request, limits);
  if (read.type === "body") parts.onBody(read.bytes.byteLength);
  const isUnary = isPlainUnary(request.headers);
  const response = isUnary
    ? await serveUnary(read, exchange, parts)
    : await router.serve(read, { exchange, parts });
  if (read.type !== "body") {
    for (const [name, value] of Object.entries(bodyRefusals[read.type].headers))
      response.headers.set(name, value);
  }
  return response;
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
 * The deadline that a Push request states, in milliseconds.
 *
 * @returns undefined where it states none, or none that can be read, which the protocol answers.
 */
export function statedDeadlineMs(headers: Headers): number | undefined {
  const connect = headers.get("connect-timeout-ms");
  if (connect !== null) return /^\d{1,10}$/.test(connect) ? Number(connect) : undefined;
  const match = /^(\d{1,8})([HMSmun])$/.exec(headers.get("grpc-timeout") ?? "");
  return match === null ? undefined : Number(match[1]) * (grpcUnitMs[match[2] ?? ""] ?? 0);
}

/** The Connect version that a request states; where it was sent twice, the first counts, as in Go. */
export function connectVersion(headers: Headers): string | undefined {
  return headers.get("connect-protocol-version")?.split(",", 1)[0]?.trim();
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

async function serveUnary(read: BodyRead, exchange: Exchange, parts: ServeParts): Promise<Response> {
  try {
    const isGzip = exchange.request.headers.get("content-encoding") === "gzip";
    const plain = isGzip ? await decompressed(read, exchange, parts) : read;
    await push(decode(bodyOf(plain, parts), parts), { exchange, parts });
    return new Response(null, { headers: { "Content-Type": "application/proto" } });
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    const error = toConnectError(thrown);
    const status = read.type === "too_slow" ? bodyRefusals.too_slow.status : codeToHttpStatus(error.code);
    return new Response(errorToJsonBytes(error, undefined), {
      status,
      headers: { "Content-Type": "application/json" },
    });
  }
}

/** A body without its gzip, bounded and counted. */
export async function decompressed(read: BodyRead, exchange: Exchange, parts: ServeParts): Promise<BodyRead> {
  if (read.type !== "body") return read;
  const unzipped = await gunzip(read.bytes, { maxBytes: parts.maxBodyBytes, held: exchange.held });
  if (unzipped.type === "not_gzip")
    throw invalidRequest("the body is not gzip, as its Content-Encoding says", parts);
  return unzipped;
}

function decode(bytes: Uint8Array, parts: ServeParts): PushRequest {
  try {
    return fromBinary(PushRequestSchema, bytes, { readUnknownFields: false });
  } catch {
    throw invalidRequest("the body is no push.v1.PushRequest", parts);
  }
}

/** The error as connect-es knows it. */
export function toConnectError(error: CodedError): ConnectError {
  return new ConnectError(error.message, codeFromString(error.code) ?? Code.Unknown);
}

import { Code, ConnectError } from "@connectrpc/connect";
import { codeFromString } from "@connectrpc/connect/protocol-connect";
import { CodedError, type FailureCode } from "../base/failure.ts";
import { gunzip } from "../http/gunzip.ts";
import { type BodyRead, readBody } from "../http/read_body.ts";
import type { Exchange } from "./exchange.ts";
import { type BodyProblem, bodyRefusals, type ServeParts } from "./serve.ts";

/** One call in Connect's terms and what serving it needs. */
export interface ConnectCall {
  readonly exchange: Exchange;
  readonly parts: ServeParts;
}

/** How a body that could not be taken is called in Connect's terms. */
const bodyCodes: Readonly<Record<BodyProblem, FailureCode>> = {
  too_large: "resource_exhausted",
  no_room: "unavailable",
  too_slow: "deadline_exceeded",
  broken: "invalid_argument",
};

/** Reads the body of a call and answers by `answer`, which is given what could not be read, too. */
export async function serveCall(
  { exchange, parts }: ConnectCall,
  answer: (read: BodyRead) => Promise<Response>,
): Promise<Response> {
  const { request, held } = exchange;
  const limits = { maxBytes: parts.maxBodyBytes, timeoutMs: parts.readTimeoutMs, held, clock: parts.clock };
  const read = await readBody(request, limits);
  if (read.type === "body") parts.onBody(read.bytes.byteLength);
  const response = await answer(read);
  if (read.type !== "body") {
    for (const [name, value] of Object.entries(bodyRefusals[read.type].headers))
      response.headers.set(name, value);
  }
  return response;
}

/**
 * The body that was read.
 *
 * @throws CodedError where there is none.
 */
export function bodyOf(read: BodyRead, parts: ServeParts): Uint8Array {
  if (read.type === "body") return read.bytes;
  const { text } = bodyRefusals[read.type];
  parts.onRefused(read.type, text);
  throw new CodedError(bodyCodes[read.type], text);
}

/** Says that the request itself is wrong. */
export function invalidRequest(problem: string, parts: ServeParts): CodedError {
  parts.onRefused("invalid", problem);
  return new CodedError("invalid_argument", problem);
}

/** A body without its gzip, bounded and counted. */
export async function decompressed(read: BodyRead, exchange: Exchange, parts: ServeParts): Promise<BodyRead> {
  if (read.type !== "body") return read;
  const unzipped = await gunzip(read.bytes, { maxBytes: parts.maxBodyBytes, held: exchange.held });
  if (unzipped.type === "not_gzip")
    throw invalidRequest("the body is not gzip, as its Content-Encoding says", parts);
  return unzipped;
}

/** The Connect version that a request states; where it was sent twice, the first counts, as in Go. */
export function connectVersion(headers: Headers): string | undefined {
  return headers.get("connect-protocol-version")?.split(",", 1)[0]?.trim();
}

/** The error as connect-es knows it. */
export function toConnectError(error: CodedError): ConnectError {
  return new ConnectError(error.message, codeFromString(error.code) ?? Code.Unknown);
}

/** Runs `work`; what it throws as a CodedError is thrown as connect-es knows it. */
export async function inConnectTerms<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof CodedError ? toConnectError(thrown) : thrown;
  }
}

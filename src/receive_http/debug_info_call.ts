import type { DescMessage, DescMethodUnary, MessageShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type UniversalClientFn, universalClientResponseFromFetch } from "@connectrpc/connect/protocol";
import { codeToString, createTransport } from "@connectrpc/connect/protocol-connect";
import { CodedError, messageOf } from "../base/failure.ts";
import type { DebugInfoTarget } from "../profile/debug_info_target.ts";
import { isFailureCode } from "../profile/status.ts";
import type { ConnectCall } from "./connect_call.ts";

/** Said where nothing that is forwarded to takes debug information. */
export const noDebugInfoTarget = "no endpoint downstream takes debug information";

/**
 * Passes a call on to the first endpoint downstream, once, within the deadline.
 *
 * @throws ConnectError the endpoint's own, code, message and details as they came; `unavailable` where there is
 * none.
 */
export async function callDebugInfo<Input extends DescMessage, Output extends DescMessage>(
  method: DescMethodUnary<Input, Output>,
  message: MessageShape<Input>,
  call: ConnectCall,
): Promise<MessageShape<Output>> {
  const { parts } = call;
  try {
    const answer = await callEndpoint(method, message, call);
    parts.onDebugInfo(method.name, undefined);
    return answer;
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    const code = codeToString(error.code);
    parts.onDebugInfo(method.name, new CodedError(isFailureCode(code) ? code : "unknown", error.rawMessage));
    // The headers that it came with are between this process and the endpoint.
    const passedOn = new ConnectError(error.rawMessage, error.code);
    passedOn.details = error.details;
    throw passedOn;
  }
}

async function callEndpoint<Input extends DescMessage, Output extends DescMessage>(
  method: DescMethodUnary<Input, Output>,
  message: MessageShape<Input>,
  call: ConnectCall,
): Promise<MessageShape<Output>> {
  const { exchange, parts } = call;
  const target = parts.receiver.debugInfo;
  if (target === undefined) throw new ConnectError(noDebugInfoTarget, Code.Unavailable);
  const transport = createTransport({
    httpClient: httpClientOf(target, `/${method.parent.typeName}/${method.name}`, call),
    // The endpoint knows its own.
    baseUrl: "http://endpoint",
    useBinaryFormat: true,
    interceptors: [],
    acceptCompression: [],
    sendCompression: null,
    compressMinBytes: 0,
    readMaxBytes: parts.maxBodyBytes,
    writeMaxBytes: parts.maxBodyBytes,
  });
  const remainingMs = Math.min(target.callTimeoutMs, exchange.deadlineAt - parts.clock.now());
  const timeoutMs = Math.max(1, Math.floor(remainingMs));
  const answer = await transport.unary(method, exchange.canceled, timeoutMs, undefined, message);
  return answer.message;
}

function httpClientOf(target: DebugInfoTarget, path: string, { exchange }: ConnectCall): UniversalClientFn {
  return async ({ header, body, signal = exchange.request.signal }) => {
    // The endpoint's requests all have the same.
    header.delete("user-agent");
    const bytes = Buffer.concat(await Array.fromAsync(body ?? []));
    const post = { path, headers: [...header], body: bytes, request: exchange, signal };
    const response = await target.post(post).catch((thrown: unknown) => {
      throw new ConnectError(`${target.destination}: ${messageOf(thrown)}`, Code.Unavailable);
    });
    const universal = universalClientResponseFromFetch(response);
    // fetch has decompressed the body, so these no longer say what it is.
    const headers = new Headers(response.headers);
    headers.delete("content-encoding");
    headers.delete("content-length");
    return { ...universal, header: headers };
  };
}

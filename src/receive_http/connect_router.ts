import { type DescMethod, fromBinary } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  createConnectRouter,
  createContextKey,
  createContextValues,
  type HandlerContext,
} from "@connectrpc/connect";
import {
  type Compression,
  type UniversalHandler,
  universalServerResponseToFetch,
} from "@connectrpc/connect/protocol";
import { CodedError } from "../base/failure.ts";
import { DebuginfoService } from "../gen/debuginfo/v1alpha1/debuginfo_pb.ts";
import { PusherService } from "../gen/push/v1/push_pb.ts";
import { ByteBudget, HeldBytes } from "../http/byte_budget.ts";
import { gunzip } from "../http/gunzip.ts";
import type { BodyRead } from "../http/read_body.ts";
import { getPath } from "./app.ts";
import {
  bodyOf,
  type ConnectCall,
  connectVersion,
  decompressed,
  inConnectTerms,
  invalidRequest,
} from "./connect_call.ts";
import { callDebugInfo } from "./debug_info_call.ts";
import { push } from "./push_call.ts";

const callKey = createContextKey<ConnectCall | undefined>(undefined, {
  description: "the request being served",
});

/**
 * Serves what connect-es knows and the plain door of Push does not: every other call, Connect in JSON, gRPC-Web,
 * protocol errors.
 */
export class ConnectRouter {
  readonly #handlers: ReadonlyMap<string, UniversalHandler>;
  readonly #maxBodyBytes: number;

  constructor(maxBodyBytes: number) {
    this.#maxBodyBytes = maxBodyBytes;
    const router = createConnectRouter({
      // gRPC itself needs trailers, which this server can't send.
      grpc: false,
      acceptCompression: [gzipCompression],
      readMaxBytes: maxBodyBytes,
      jsonOptions: { ignoreUnknownFields: true },
    });
    router.service(PusherService, {
      push: async (message, context) => {
        await inConnectTerms(() => push(message, callOf(context)));
        return {};
      },
    });
    const { shouldInitiateUpload, uploadFinished } = DebuginfoService.method;
    router.service(DebuginfoService, {
      shouldInitiateUpload: (message, context) =>
        callDebugInfo(shouldInitiateUpload, message, callOf(context)),
      uploadFinished: (message, context) => callDebugInfo(uploadFinished, message, callOf(context)),
    });
    this.#handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  }

  /** Answers a request for one of the methods, once its body has been read. */
  serve(read: BodyRead, call: ConnectCall): Promise<Response> {
    return this.#handle(call, (isGzip) => plainBody(read, isGzip, call));
  }

  /** Answers a request for one of the methods with an error, its body unread. */
  refuse(error: CodedError, call: ConnectCall): Promise<Response> {
    return this.#handle(call, () => Promise.reject(error));
  }

  async #handle(call: ConnectCall, body: (isGzip: boolean) => Promise<Uint8Array>): Promise<Response> {
    const { request } = call.exchange;
    const handler = this.#handlers.get(getPath(request));
    if (handler === undefined) throw new Error("the route of the request is that of no method");
    const header = new Headers(request.headers);
    const version = connectVersion(header);
    if (version !== undefined) header.set("connect-protocol-version", version);
    // A unary body is decompressed here, where it is counted; connect-es must not do it once more.
    const isGzip = header.get("content-encoding") === "gzip";
    if (isGzip) for (const name of ["content-encoding", "content-length"]) header.delete(name);
    const response = await handler({
      httpVersion: "1.1",
      url: request.url,
      method: request.method,
      header,
      body: inConnectTermsOnce(async () => {
        // connect-es looks at the version only where every request must state one.
        if (version !== undefined && version !== "1")
          throw invalidRequest('Connect-Protocol-Version must be "1"', call.parts);
        const bytes = await body(isGzip);
        if (grpcWebProto.test(header.get("content-type") ?? ""))
          await checkMessage(handler.method, bytes, this.#maxBodyBytes);
        return bytes;
      }),
      signal: request.signal,
      contextValues: createContextValues().set(callKey, call),
    });
    return universalServerResponseToFetch(response);
  }
}

const grpcWebProto = /^application\/grpc-web(\+proto)?\s*(;|$)/;

/** Length of what stands before a message: a flag and the message's length. */
const envelopeBytes = 5;

/**
 * Makes sure that a gRPC-Web message can be read: connect-es would call it an internal error, which senders
 * retry, though it is the sender's. A frame that is broken as such is left to connect-es.
 *
 * @throws CodedError `invalid_argument`.
 */
async function checkMessage(method: DescMethod, bytes: Uint8Array, maxBytes: number): Promise<void> {
  if (bytes.byteLength < envelopeBytes) return;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  const payload = bytes.subarray(envelopeBytes, envelopeBytes + length);
  const isCompressed = ((bytes[0] ?? 0) & 1) === 1;
  const message = isCompressed ? await gzipCompression.decompress(payload, maxBytes) : payload;
  try {
    fromBinary(method.input, message);
  } catch (thrown) {
    throw new CodedError("invalid_argument", `the message is no ${method.input.typeName}`, { cause: thrown });
  }
}

function callOf(context: HandlerContext): ConnectCall {
  const call = context.values.get(callKey);
  if (call === undefined) throw new ConnectError("no request", Code.Internal);
  return call;
}

async function plainBody(
  read: BodyRead,
  isGzip: boolean,
  { exchange, parts }: ConnectCall,
): Promise<Uint8Array> {
  return bodyOf(isGzip ? await decompressed(read, exchange, parts) : read, parts);
}

async function* inConnectTermsOnce(body: () => Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await inConnectTerms(body);
}

/** For enveloped messages, whose compression is theirs and not the body's. */
const gzipCompression: Compression = {
  name: "gzip",
  // Answers are short: no other thread would be quicker.
  compress: async (bytes) => Bun.gzipSync(new Uint8Array(bytes)),
  decompress: async (bytes, readMaxBytes) => {
    const held = new HeldBytes(new ByteBudget(readMaxBytes));
    const result = await gunzip(bytes, { maxBytes: readMaxBytes, held });
    if (result.type === "body") return new Uint8Array(result.bytes);
    if (result.type === "not_gzip") throw new ConnectError("the message is not gzip", Code.InvalidArgument);
    throw new ConnectError("the message is larger than max_body_size", Code.ResourceExhausted);
  },
};

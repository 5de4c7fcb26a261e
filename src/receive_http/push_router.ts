import { promisify } from "node:util";
import { gzip } from "node:zlib";
import {
  Code,
  ConnectError,
  createConnectRouter,
  createContextKey,
  createContextValues,
} from "@connectrpc/connect";
import {
  type Compression,
  type UniversalHandler,
  universalServerResponseToFetch,
} from "@connectrpc/connect/protocol";
import { CodedError } from "../base/failure.ts";
import { PusherService } from "../gen/push/v1/push_pb.ts";
import { ByteBudget, HeldBytes } from "../http/byte_budget.ts";
import { gunzip } from "../http/gunzip.ts";
import type { BodyRead } from "../http/read_body.ts";
import { connectVersion, decompressed, toConnectError } from "./push.ts";
import { bodyOf, type PushCall, push } from "./push_call.ts";

const callKey = createContextKey<PushCall | undefined>(undefined, {
  description: "the request being served",
});

/** Serves what connect-es knows and the plain door does not: Connect in JSON, gRPC-Web, protocol errors. */
export class PushRouter {
  readonly #handler: UniversalHandler;

  constructor(maxBodyBytes: number) {
    const router = createConnectRouter({
      // gRPC itself needs trailers, which this server can't send.
      grpc: false,
      acceptCompression: [gzipCompression],
      readMaxBytes: maxBodyBytes,
      jsonOptions: { ignoreUnknownFields: true },
    });
    router.service(PusherService, {
      push: async (message, context) => {
        const call = context.values.get(callKey);
        if (call === undefined) throw new ConnectError("no request", Code.Internal);
        await inConnectTerms(() => push(message, call));
        return {};
      },
    });
    const [handler] = router.handlers;
    if (handler === undefined) throw new Error("the Push service has no handler");
    this.#handler = handler;
  }

  /** Answers a request whose body has been read. */
  async serve(read: BodyRead, call: PushCall): Promise<Response> {
    const { request } = call.exchange;
    const header = new Headers(request.headers);
    const version = connectVersion(header);
    if (version !== undefined) header.set("connect-protocol-version", version);
    const response = await this.#handler({
      httpVersion: "1.1",
      url: request.url,
      method: request.method,
      header,
      body: inConnectTermsOnce(() => plainBody(read, header, call)),
      signal: request.signal,
      contextValues: createContextValues().set(callKey, call),
    });
    return universalServerResponseToFetch(response);
  }
}

// A unary body is decompressed here, where it is counted; connect-es would not.
async function plainBody(read: BodyRead, header: Headers, call: PushCall): Promise<Uint8Array> {
  if (header.get("content-encoding") !== "gzip") return bodyOf(read, call.parts);
  header.delete("content-encoding");
  return bodyOf(await decompressed(read, call.exchange, call.parts), call.parts);
}

async function* inConnectTermsOnce(body: () => Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await inConnectTerms(body);
}

async function inConnectTerms<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof CodedError ? toConnectError(thrown) : thrown;
  }
}

const gzipped = promisify(gzip);

/** For enveloped messages, whose compression is theirs and not the body's. */
const gzipCompression: Compression = {
  name: "gzip",
  compress: async (bytes) => new Uint8Array(await gzipped(bytes)),
  decompress: async (bytes, readMaxBytes) => {
    const held = new HeldBytes(new ByteBudget(readMaxBytes));
    const result = await gunzip(bytes, { maxBytes: readMaxBytes, held });
    if (result.type === "body") return new Uint8Array(result.bytes);
    if (result.type === "not_gzip") throw new ConnectError("the message is not gzip", Code.InvalidArgument);
    throw new ConnectError("the message is larger than max_body_size", Code.ResourceExhausted);
  },
};

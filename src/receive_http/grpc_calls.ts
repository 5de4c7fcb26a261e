import type { Http2ServerRequest } from "node:http2";
import type { Socket } from "node:net";
import {
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ConnectRouter,
  type ContextValues,
  createContextKey,
  createContextValues,
  type HandlerContext,
} from "@connectrpc/connect";
import { codeFromHttpStatus, errorFromJsonBytes } from "@connectrpc/connect/protocol-connect";
import { DebuginfoService } from "../gen/debuginfo/v1alpha1/debuginfo_pb.ts";
import { PusherService } from "../gen/push/v1/push_pb.ts";
import type { RequestHandler, ServerFacts } from "../http/listener.ts";

type RemoteEnd = Pick<Socket, "remoteAddress" | "remotePort">;

const remoteKey = createContextKey<ReturnType<ServerFacts["requestIP"]>>(null, {
  description: "where the caller is",
});

/**
 * Serves gRPC's calls in the form of Connect's unary ones, by the handler of the main port: everything about a call
 * but its framing is the same on both.
 */
export class GrpcCalls {
  readonly #handler = Promise.withResolvers<RequestHandler>();

  /** Begins to serve calls; until then they wait. */
  use(handler: RequestHandler): void {
    this.#handler.resolve(handler);
  }

  addRoutes(router: ConnectRouter): void {
    const { push } = PusherService.method;
    const { shouldInitiateUpload, uploadFinished } = DebuginfoService.method;
    router.rpc(push, (message, context) => this.#call(push, message, context));
    router.rpc(shouldInitiateUpload, (message, context) =>
      this.#call(shouldInitiateUpload, message, context),
    );
    router.rpc(uploadFinished, (message, context) => this.#call(uploadFinished, message, context));
  }

  /** What a route has to know of a request besides its message. */
  contextOf({ socket }: { readonly socket: RemoteEnd }): ContextValues {
    return createContextValues().set(remoteKey, remoteOf(socket));
  }

  /**
   * The error for a caller whose credentials are not good. The handler refuses it once more, in its own way, so that
   * it shows wherever refusals do.
   */
  async refuse(request: Http2ServerRequest, headers: Headers): Promise<ConnectError> {
    headers.set("content-type", "application/proto");
    const empty = new Request(`http://grpc${request.url}`, { method: "POST", headers });
    const response = await this.#answer(empty, remoteOf(request.socket));
    if (response.ok) return new ConnectError("the credentials have just changed", Code.Unavailable);
    return errorOf(response, await response.bytes());
  }

  async #call<Input extends DescMessage, Output extends DescMessage>(
    method: DescMethodUnary<Input, Output>,
    message: MessageShape<Input>,
    context: HandlerContext,
  ): Promise<MessageShape<Output>> {
    const headers = new Headers(context.requestHeader);
    for (const name of ["content-encoding", "content-length", "te"]) headers.delete(name);
    headers.set("content-type", "application/proto");
    // Of the caller's time, what reading the message has left.
    const remainingMs = context.timeoutMs();
    headers.delete("grpc-timeout");
    if (remainingMs !== undefined) {
      headers.set("connect-timeout-ms", String(Math.max(1, Math.floor(remainingMs))));
    }
    const request = new Request(`http://grpc/${method.parent.typeName}/${method.name}`, {
      method: "POST",
      headers,
      body: toBinary(method.input, message),
      signal: context.signal,
    });
    const response = await this.#answer(request, context.values.get(remoteKey));
    const bytes = await response.bytes();
    if (response.ok) return fromBinary(method.output, bytes);
    // Where the deadline has passed the handler takes the caller for gone.
    const { reason } = context.signal;
    throw reason instanceof ConnectError ? reason : errorOf(response, bytes);
  }

  async #answer(request: Request, remote: ReturnType<ServerFacts["requestIP"]>): Promise<Response> {
    const handle = await this.#handler.promise;
    return handle(request, { requestIP: () => remote, timeout: () => {} });
  }
}

function remoteOf({ remoteAddress, remotePort }: RemoteEnd) {
  if (remoteAddress === undefined || remotePort === undefined) return null;
  return { address: remoteAddress, port: remotePort, family: familyOf(remoteAddress) };
}

function familyOf(address: string): "IPv4" | "IPv6" {
  return address.includes(":") ? "IPv6" : "IPv4";
}

function errorOf(response: Response, bytes: Uint8Array): ConnectError {
  const fallback = new ConnectError(`HTTP ${response.status}`, codeFromHttpStatus(response.status));
  if (response.headers.get("content-type")?.startsWith("application/json") !== true) return fallback;
  try {
    return errorFromJsonBytes(bytes, undefined, fallback);
  } catch {
    return new ConnectError("the answer can't be read", Code.Internal);
  }
}

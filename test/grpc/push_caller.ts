import type { MessageInitShape } from "@bufbuild/protobuf";
import { type CallOptions, type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { compressionGzip, createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { PusherService, type PushRequestSchema } from "../../src/gen/push/v1/push_pb.ts";

/** A Push message, in the form that clients take. */
export type PushMessage = MessageInitShape<typeof PushRequestSchema>;

/** What came of a call. */
export interface CallOutcome {
  /** `ok`, or the name of a gRPC code. */
  readonly code: string;
  readonly message: string;
}

/** How to connect. */
export interface CallerOptions {
  /** With TLS: the authorities to trust, and the caller's own certificate. */
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
  readonly gzip?: boolean;
}

/** A gRPC client with one connection, opened by its first call. */
export class PushCaller implements Disposable {
  readonly #sessions: Http2SessionManager;
  readonly #client: Client<typeof PusherService>;

  /** @param address `host:port`. */
  constructor(address: string, { tls, gzip = false }: CallerOptions = {}) {
    const baseUrl = `${tls === undefined ? "http" : "https"}://${address}`;
    this.#sessions = new Http2SessionManager(baseUrl, {}, { ...tls });
    const transport = createGrpcTransport({
      baseUrl,
      sessionManager: this.#sessions,
      ...(gzip ? { sendCompression: compressionGzip, compressMinBytes: 0 } : {}),
    });
    this.#client = createClient(PusherService, transport);
  }

  /** Whether there is a connection, with calls under way or without. */
  get isConnected(): boolean {
    return ["open", "idle", "verifying"].includes(this.#sessions.state());
  }

  /** Makes a call and waits for its end, however it goes. */
  async push(message: PushMessage, options: CallOptions = {}): Promise<CallOutcome> {
    try {
      await this.#client.push(message, options);
      return { code: "ok", message: "" };
    } catch (thrown) {
      const { code, rawMessage } = ConnectError.from(thrown);
      return { code: Code[code], message: rawMessage };
    }
  }

  [Symbol.dispose](): void {
    this.#sessions.abort();
  }
}

import { createConnectRouter, type ServiceImpl } from "@connectrpc/connect";
import { createFetchHandler } from "@connectrpc/connect/protocol";
import { DebuginfoService } from "../../src/gen/debuginfo/v1alpha1/debuginfo_pb.ts";

/** A destination on 127.0.0.1 that serves the calls with connect-es, below `prefix`. */
export class DebugInfoServer implements AsyncDisposable {
  readonly #server: Bun.Server<undefined>;
  readonly #prefix: string;
  /** The headers of each request, in order of arrival. */
  readonly headers: Headers[] = [];

  constructor(service: Partial<ServiceImpl<typeof DebuginfoService>>, prefix = "") {
    const router = createConnectRouter({ grpc: false, grpcWeb: false });
    router.service(DebuginfoService, service);
    const handlers = new Map(
      router.handlers.map((handler) => [prefix + handler.requestPath, createFetchHandler(handler)]),
    );
    this.#prefix = prefix;
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async (request) => {
        this.headers.push(request.headers);
        const handler = handlers.get(new URL(request.url).pathname);
        return (await handler?.(request)) ?? new Response("no such path", { status: 404 });
      },
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}${this.#prefix}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}

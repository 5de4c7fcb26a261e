import type { RecordedRequest } from "./recorded_request.ts";

/** A server in the place of Pyroscope that takes everything and keeps a copy. */
export interface Sink {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  stop(): Promise<void>;
}

/**
 * Starts a sink on a free port of 127.0.0.1. It answers 200 to every POST, in the content type that it got.
 */
export function startSink(): Sink {
  const requests: RecordedRequest[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const url = new URL(request.url);
      const body = await request.bytes();
      requests.push({
        method: request.method,
        target: url.pathname + url.search,
        headers: new Headers(request.headers),
        body,
      });
      // An empty protobuf message is no bytes at all.
      if (url.pathname === "/ingest") return new Response(null);
      return new Response(null, { headers: { "Content-Type": "application/proto" } });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    stop: () => server.stop(true),
  };
}

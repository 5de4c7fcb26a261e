import type { RecordedRequest } from "../sdk/recorded_request.ts";
import { caseOf } from "./plan.ts";

/** The header that says which call a request belongs to, and that pyroduct is told to forward. */
export const callHeader = "X-Scope-OrgID";

/** A server in the place of Pyroscope that does with each request what its call is to meet, and keeps a copy. */
export interface CaseSink extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
}

/** Starts a sink on a free port of 127.0.0.1. */
export function startCaseSink(): CaseSink {
  const requests: RecordedRequest[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const { method, headers } = request;
      requests.push({ method, target: pathname + search, headers, body: await request.bytes() });
      switch (caseOf(headers.get(callHeader) ?? "")?.destination) {
        case "answers":
          return new Response(null, { headers: { "Content-Type": "application/proto" } });
        case "refuses":
          return new Response("the store is full", { status: 503 });
        case "hangs":
          return await new Promise<never>(() => {});
        case undefined:
          return new Response("belongs to no call", { status: 400 });
      }
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

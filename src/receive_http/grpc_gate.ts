import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Clock } from "../base/clock.ts";
import type { ServerAuth } from "../http/server_auth.ts";
import { bodyRefusals } from "./serve.ts";

/** Serves a call as node:http2 hands it over. */
export type ServeCall = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

/**
 * Lets calls on to `serve` whose credentials are good. The others are answered at once, before anything of their
 * messages is read.
 *
 * @param refuse answers a call that may not come in; told its path and its headers.
 */
export function gated(
  serve: ServeCall,
  auth: ServerAuth | undefined,
  refuse: (request: Http2ServerRequest, headers: Headers) => Promise<ConnectError>,
): ServeCall {
  if (auth === undefined) return serve;
  const judge = async (request: Http2ServerRequest, response: Http2ServerResponse) => {
    const headers = headersOf(request);
    if ((await auth.check(headers)) === "admitted") serve(request, response);
    else end(response, await refuse(request, headers));
  };
  return (request, response) => {
    judge(request, response).catch((thrown: unknown) => response.stream.destroy(asError(thrown)));
  };
}

/** Ends a call that has not wholly arrived after `readMs` milliseconds. */
export function bounded(serve: ServeCall, readMs: () => number, clock: Clock): ServeCall {
  return (request, response) => {
    const timer = clock.schedule(readMs(), () => {
      end(response, new ConnectError(bodyRefusals.too_slow.text, Code.DeadlineExceeded));
    });
    for (const event of ["end", "close"]) request.once(event, () => timer.cancel());
    serve(request, response);
  };
}

function headersOf({ headers }: Http2ServerRequest): Headers {
  const found = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(":")) found.set(name, [value].flat().join(", "));
  }
  return found;
}

/** What gRPC calls a Trailers-Only answer (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
function end({ stream }: Http2ServerResponse, error: ConnectError): void {
  if (stream.destroyed) return;
  const head = {
    ":status": 200,
    "content-type": "application/grpc",
    "grpc-status": String(error.code),
    "grpc-message": encodeURIComponent(error.rawMessage),
  };
  if (!stream.headersSent) stream.respond(head, { endStream: true });
  // The caller need not send the rest of its message.
  stream.close();
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

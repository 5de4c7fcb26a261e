import { errorToJsonBytes } from "@connectrpc/connect/protocol-connect";
import { CodedError, type FailureCode } from "../base/failure.ts";
import type { AuthVerdict, ServerAuth } from "../http/server_auth.ts";
import { httpStatusOf } from "../profile/status.ts";
import { type ConnectCall, toConnectError } from "./connect_call.ts";
import type { ConnectRouter } from "./connect_router.ts";
import type { Route } from "./metrics.ts";
import { type RefusalReason, textResponse } from "./serve.ts";
import { isCallRoute } from "./serve_route.ts";

interface SenderRefusal {
  readonly reason: RefusalReason;
  readonly code: FailureCode;
  readonly text: string;
}

/** How those who may not come in are answered. */
const refusals: Readonly<Record<Exclude<AuthVerdict, "admitted">, SenderRefusal>> = {
  refused: { reason: "unauthenticated", code: "unauthenticated", text: "valid credentials are needed" },
  busy: { reason: "busy", code: "unavailable", text: "too many passwords are being verified" },
};

/**
 * The answer for a sender whose credentials are not good, in the words of its protocol; nothing of the body is
 * read.
 *
 * @returns undefined where the request may come in.
 */
export async function refuseSender(
  auth: ServerAuth,
  route: Route,
  call: ConnectCall,
  router: ConnectRouter,
): Promise<Response | undefined> {
  const { request } = call.exchange;
  const verdict = await auth.check(request.headers);
  if (verdict === "admitted") return undefined;
  const { reason, code, text } = refusals[verdict];
  call.parts.onRefused(reason, text);
  const response = isCallRoute(route)
    ? await refuseCall(new CodedError(code, text), call, router)
    : textResponse(httpStatusOf(code), text);
  if (verdict === "busy") response.headers.set("Retry-After", "1");
  else for (const challenge of auth.challenges) response.headers.append("WWW-Authenticate", challenge);
  // What stays unread of the body stands before the next request.
  if (request.body !== null) response.headers.set("Connection", "close");
  return response;
}

async function refuseCall(error: CodedError, call: ConnectCall, router: ConnectRouter): Promise<Response> {
  const contentType = call.exchange.request.headers.get("content-type");
  if (contentType?.startsWith("application/grpc")) return router.refuse(error, call);
  const body = errorToJsonBytes(toConnectError(error), undefined);
  return new Response(body, {
    status: httpStatusOf(error.code),
    headers: { "Content-Type": "application/json", "Content-Length": String(body.byteLength) },
  });
}

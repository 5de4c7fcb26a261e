import type { MiddlewareHandler } from "hono";
import type { ServerAuth } from "../http/server_auth.ts";
import { isKnownHost, isSameOrigin } from "./request_origin.ts";

/** Who may come to the admin server. */
export interface AdminAccess {
  /** Whether it listens where this machine alone can reach it. */
  readonly isLoopback: boolean;
  /** Names that it goes by, besides addresses and localhost; in lower case. */
  readonly hosts: readonly string[];
  /** Who may look and change; everybody on this machine, and nobody else, where it is undefined. */
  readonly auth?: ServerAuth | undefined;
}

/** On this machine alone, without credentials: how the admin server is unless it is told otherwise. */
export const localAccess: AdminAccess = { isLoopback: true, hosts: [] };

/** What the kubelet and Prometheus ask for, by the pod's address and without credentials. */
const openPaths: ReadonlySet<string> = new Set(["/metrics", "/-/live", "/-/ready"]);

/** Methods that change nothing. */
const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * What a page of this server may do: load what is in the executable, and talk to this server. Everything that is
 * served carries it; what is stricter says so itself.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "frame-ancestors 'self'",
  "form-action 'none'",
  "base-uri 'none'",
].join("; ");

const securityHeaders: Readonly<Record<string, string>> = {
  "Content-Security-Policy": contentSecurityPolicy,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
};

/** Lets in only those who may, and says to browsers what they must not do with what they get. */
export function gate(access: AdminAccess): MiddlewareHandler {
  return async (context, next) => {
    const refusal = await refuse(context.req.raw, context.req.path, access);
    if (refusal === undefined) await next();
    else context.res = refusal;
    const { headers } = context.res;
    for (const [name, value] of Object.entries(securityHeaders)) {
      if (!headers.has(name)) headers.set(name, value);
    }
    if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  };
}

async function refuse(request: Request, path: string, access: AdminAccess): Promise<Response | undefined> {
  const { headers, method } = request;
  const isOpen = openPaths.has(path) && safeMethods.has(method);
  // Where strangers can come by the network anyway, what is open to all needs no name.
  if (isOpen && !access.isLoopback) return undefined;
  const host = headers.get("host");
  if (host !== null && !isKnownHost(host, access.hosts)) {
    return refusal(403, "this host name is not known here: --server.http.host NAME makes it known");
  }
  if (isOpen) return undefined;
  if (!safeMethods.has(method) && !isSameOrigin(headers)) {
    return refusal(403, "a page of another origin must not change anything here");
  }
  return await authenticate(headers, access);
}

async function authenticate(headers: Headers, access: AdminAccess): Promise<Response | undefined> {
  if (access.auth === undefined) {
    if (access.isLoopback) return undefined;
    return refusal(
      403,
      "this server can be reached from other machines, so it shows nothing without credentials: give --server.http.auth-file FILE (htpasswd -B), or listen on 127.0.0.1; /metrics, /-/live and /-/ready are open",
    );
  }
  const verdict = await access.auth.check(headers);
  if (verdict === "admitted") return undefined;
  if (verdict === "busy") {
    const response = refusal(503, "too many passwords are being verified");
    response.headers.set("Retry-After", "1");
    return response;
  }
  const response = refusal(401, "valid credentials are needed");
  for (const challenge of access.auth.challenges) response.headers.append("WWW-Authenticate", challenge);
  return response;
}

function refusal(status: number, line: string): Response {
  return new Response(`${line}\n`, { status, headers: { "Content-Type": "text/plain; charset=utf-8" } });
}

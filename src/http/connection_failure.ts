import { messageOf, systemCodeOf } from "../base/failure.ts";

/** What the words about a failed connection need to know of it. */
export interface FailedConnection {
  readonly isProxied: boolean;
  /** The name that the server's certificate had to be for. */
  readonly expectedName: string;
}

/** Why fetch got no answer, in words for the operator; no URL, and nothing of the request. */
export function describeConnectionFailure(thrown: unknown, connection: FailedConnection): string {
  const code = systemCodeOf(thrown);
  if (code === undefined) return messageOf(thrown);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return `the server's certificate is for another name than ${connection.expectedName}`;
  }
  if (code === "ERR_PROXY_TUNNEL") return `the proxy refused the connection: HTTP ${statusOf(thrown)}`;
  if (closedCodes.has(code)) {
    return `the connection${connection.isProxied ? " through the proxy" : ""} was closed before the answer`;
  }
  const reach = reachWords[code];
  if (reach !== undefined) return connection.isProxied ? `the proxy can't be reached: ${reach}` : reach;
  return otherWords[code] ?? `the connection failed (${code})`;
}

/** Whether the connection ended before any byte of an answer. */
export function isConnectionReset(thrown: unknown): boolean {
  return systemCodeOf(thrown) === "ECONNRESET";
}

/** Whether TLS did not come about for a reason that fetch does not tell. */
export function isHandshakeRefused(thrown: unknown): boolean {
  return systemCodeOf(thrown) === "EPROTO";
}

/** Whether the server would not speak HTTP/2; some say so by refusing the handshake. */
export function isHttp2Refused(thrown: unknown): boolean {
  return systemCodeOf(thrown) === "HTTP2Unsupported" || isHandshakeRefused(thrown);
}

function statusOf(thrown: unknown): unknown {
  return typeof thrown === "object" && thrown !== null && "status" in thrown ? thrown.status : "?";
}

const closedCodes: ReadonlySet<string> = new Set(["ECONNRESET", "ECONNABORTED", "EPIPE", "ConnectionClosed"]);

/** Failures on the way to whoever is asked first: the proxy where there is one. */
const reachWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "the host name is not known",
  EAI_AGAIN: "the host name can't be looked up now",
  EHOSTUNREACH: "the host can't be reached",
  ENETUNREACH: "the network can't be reached",
  ETIMEDOUT: "the connection timed out",
};

const unknownAuthority = "the server's certificate is signed by an unknown authority";

/** Other codes of Bun's fetch; those of certificates are OpenSSL's (X509_V_ERR_…). */
const otherWords: Readonly<Record<string, string>> = {
  FailedToOpenSocket: "the connection can't be opened",
  EPROTO: "the TLS handshake failed",
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  CERT_NOT_YET_VALID: "the server's certificate is not valid yet",
  CERT_REVOKED: "the server's certificate is revoked",
  CERT_UNTRUSTED: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: `${unknownAuthority}: itself`,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  INVALID_PURPOSE: "the server's certificate is not meant for servers",
};

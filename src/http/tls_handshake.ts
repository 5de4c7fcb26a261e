import { isIP } from "node:net";
import { connect, type SecureVersion } from "node:tls";
import type { Clock } from "../base/clock.ts";
import { systemCodeOf } from "../base/failure.ts";
import type { ClientTlsOptions } from "./client_tls.ts";

/** How long the handshake of an inquiry may take, in milliseconds. */
const handshakeMs = 1000;

/** How long a server has after the handshake to say that it does not want this client, in milliseconds. */
const verdictMs = 300;

/** Which server refused a handshake, and how the client went about it. */
export interface RefusedHandshake {
  readonly url: URL;
  readonly tls: ClientTlsOptions;
  readonly clock: Clock;
}

/**
 * Finds out why a TLS handshake fails, which fetch does not say, by trying one that tells.
 *
 * @returns the reason in words; undefined where the handshake succeeds now, or nothing more is known.
 */
export function inquireHandshake(handshake: RefusedHandshake): Promise<string | undefined> {
  const { url, tls, clock } = handshake;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const { serverName, minVersion, ...options } = tls;
  const name = serverName ?? host;
  return new Promise((resolve) => {
    const socket = connect({
      ...options,
      host,
      port: url.port === "" ? 443 : Number(url.port),
      // An address is no name that SNI can carry.
      ...(isIP(name) === 0 ? { servername: name } : {}),
      minVersion: nodeTlsVersion(minVersion),
    });
    const finish = (reason: string | undefined) => {
      timer.cancel();
      resolve(reason);
      socket.destroy();
    };
    let timer = clock.schedule(handshakeMs, () => finish(undefined));
    let isSecure = false;
    socket.on("secureConnect", () => {
      isSecure = true;
      timer.cancel();
      timer = clock.schedule(verdictMs, () => finish(undefined));
    });
    socket.on("error", (error) => finish(reasonOf(systemCodeOf(error) ?? "", handshake)));
    socket.on("close", () => finish(isSecure ? closedReason(tls) : undefined));
    socket.on("end", () => finish(isSecure ? closedReason(tls) : undefined));
  });
}

/** Node's name of a TLS version by the protocol's own number, 0x0303 for TLS 1.2. */
export function nodeTlsVersion(version: number): SecureVersion {
  return nodeVersions[version] ?? "TLSv1.2";
}

const nodeVersions: Readonly<Record<number, SecureVersion>> = {
  769: "TLSv1",
  770: "TLSv1.1",
  771: "TLSv1.2",
  772: "TLSv1.3",
};

// BoringSSL's names of errors and alerts; those of OpenSSL differ in the prefix alone.
function reasonOf(code: string, { tls }: RefusedHandshake): string | undefined {
  const reason = code.replace(/^ERR_SSL_(?:TLSV1|TLSV13|SSLV3)?_?/, "");
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE/.test(reason)) {
    return `the server does not speak ${nodeVersions[tls.minVersion]?.replace("v", " ")} or newer, which min_version asks for`;
  }
  if (/WRONG_VERSION_NUMBER|HTTP_REQUEST|WRONG_SSL_VERSION/.test(reason))
    return "the server speaks no TLS at this port";
  if (reason === "ALERT_UNRECOGNIZED_NAME") return "the server does not know the name that it was called by";
  if (reason === "ALERT_HANDSHAKE_FAILURE" && tls.cert === undefined) {
    return "the server refused the TLS handshake: it asks for a client certificate, or no cipher fits";
  }
  if (!clientAlerts.test(reason)) return undefined;
  if (tls.cert === undefined) return "the server asks for a client certificate, and there is none";
  const why = refusals[reason.replace("ALERT_", "")];
  return `the server refused the client certificate${why === undefined ? "" : `: ${why}`}`;
}

/** What a server says when it is the client's certificate that it minds. */
const clientAlerts =
  /^ALERT_(?:(?:BAD|NO|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE|DECRYPT_ERROR)$/;

const refusals: Readonly<Record<string, string>> = {
  UNKNOWN_CA: "unknown authority",
  CERTIFICATE_EXPIRED: "expired",
  CERTIFICATE_REVOKED: "revoked",
};

// All that a server knows of its client by then is the certificate, or that there is none.
function closedReason({ cert }: ClientTlsOptions): string {
  return cert === undefined
    ? "the server closed the connection right after the TLS handshake: it may ask for a client certificate"
    : "the server closed the connection right after the TLS handshake: it refuses the client certificate";
}

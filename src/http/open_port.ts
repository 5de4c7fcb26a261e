import { CodedError, messageOf, systemCodeOf } from "../base/failure.ts";
import { formatAddress, type ListenAddress } from "./listen_address.ts";
import type { RequestHandler } from "./request_handler.ts";
import type { ServeTlsOptions } from "./server_tls.ts";

/** Seconds that Bun.serve takes at most as an idle timeout. */
export const longestIdleSeconds = 255;

/** What Bun's server is opened with. */
export interface ServerOptions {
  readonly idleSeconds: number;
  readonly http2: boolean;
  readonly tls: ServeTlsOptions | undefined;
}

/** Opens Bun's server. Further ones of this user can be opened beside it; throws where it can't be. */
export function openServer(
  address: ListenAddress,
  { idleSeconds, http2, tls }: ServerOptions,
  handler: RequestHandler,
): Bun.Server<undefined> {
  return Bun.serve<undefined>({
    hostname: hostOf(address),
    port: address.port,
    reusePort: true,
    idleTimeout: Math.min(idleSeconds, longestIdleSeconds),
    // Bodies are bounded where they are read, with an answer that fits the protocol.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: handler,
    error: () => new Response("internal error\n", { status: 500 }),
    ...(http2 ? { http2: true } : {}),
    ...(tls === undefined ? {} : { tls }),
  });
}

/**
 * Makes sure that an address is free: sharing a port lets old and new stand side by side, but must not hide that
 * somebody else has it.
 *
 * @throws CodedError where somebody else listens there, or nobody can.
 */
export function probe(address: ListenAddress): void {
  if (address.port === 0) return;
  try {
    const socket = Bun.listen({
      hostname: hostOf(address),
      port: address.port,
      exclusive: true,
      socket: { data: () => {} },
    });
    socket.stop(true);
  } catch (thrown) {
    throw listenError(address, thrown);
  }
}

function hostOf(address: ListenAddress): string {
  return address.host === "" ? "::" : address.host;
}

/** Why an address can't be listened on, in words for the operator. */
export function listenError(address: ListenAddress, thrown: unknown): CodedError {
  if (thrown instanceof CodedError) return thrown;
  const where = formatAddress(address.host, address.port);
  switch (systemCodeOf(thrown)) {
    case "EADDRINUSE":
      return new CodedError(
        "already_exists",
        `can't listen on ${where}: the port is in use by another program`,
      );
    case "EACCES":
      return new CodedError(
        "permission_denied",
        `can't listen on ${where}: no permission for a port below 1024`,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new CodedError("invalid_argument", `can't listen on ${where}: this machine has no such address`);
    default:
      return new CodedError("unavailable", `can't listen on ${where}: ${messageOf(thrown)}`);
  }
}

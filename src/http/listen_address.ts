/** Where to listen. */
export interface ListenAddress {
  /** A host name or address; empty for all addresses. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** Whether a host stands for all addresses of the machine. */
export function isEveryAddress(host: string): boolean {
  return host === "" || host === "0.0.0.0" || host === "::";
}

/** Writes an address so that it can be read back: IPv6 in brackets. */
export function formatAddress(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Reads `host:port`, `[::1]:port` or `:port`.
 *
 * @returns undefined where the text is no address.
 */
export function parseAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const port = Number(match[3]);
  return port > 65_535 ? undefined : { host: match[1] ?? match[2] ?? "", port };
}

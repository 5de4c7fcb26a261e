import ipaddr from "ipaddr.js";

/** The name of a host in `Host`, without the port and without brackets, in lower case; undefined where it is none. */
export function hostNameOf(host: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_.-]+))(?::\d{1,5})?$/.exec(host.toLowerCase());
  // A name may end with the dot of the root.
  return (match?.[1] ?? match?.[2])?.replace(/\.$/, "");
}

/**
 * Whether a request may have come for this server. A page of a stranger can have its own name point here (DNS
 * rebinding), and then the browser takes this server for a part of that page; but it can't take another name, nor
 * an address: what has no name can't be pointed elsewhere.
 *
 * @param known further names that this server goes by, in lower case.
 */
export function isKnownHost(host: string, known: readonly string[]): boolean {
  const name = hostNameOf(host);
  if (name === undefined) return false;
  return name === "localhost" || name.endsWith(".localhost") || ipaddr.isValid(name) || known.includes(name);
}

/** Whether an address can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  if (host === "localhost") return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === "loopback";
}

/**
 * Whether a request that changes something was sent by a page of this server, or by no page at all: programs such
 * as curl send neither header, browsers can't be made to leave both out.
 *
 * https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
export function isSameOrigin(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  // `none`: the user did it, not a page.
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = headers.get("origin");
  if (origin === null) return true;
  return /^https?:\/\//.test(origin) && origin.replace(/^https?:\/\//, "") === headers.get("host");
}

import { domainToASCII } from "node:url";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Where a request goes, as the list is asked. */
interface Destination {
  /** Lower case, an IPv6 address without brackets. */
  readonly host: string;
  readonly port: string;
  /** The host where it is an address. */
  readonly address: Address | undefined;
}

type Rule = (destination: Destination) => boolean;

/**
 * Whether a request goes past the proxy, by a list such as `example.com,10.0.0.0/8,[fd00::1]:443` or `*`. The rules
 * are those of golang.org/x/net/http/httpproxy: a name stands for itself and all below it, one that begins with a
 * dot only for those below, a port narrows an entry, nothing is looked up, and `localhost` and loopback addresses
 * never go through the proxy.
 */
export function isProxyBypassed(url: URL, list: string): boolean {
  const host = unbracketed(url.hostname).toLowerCase();
  const address = parseAddress(host);
  if (host === "localhost" || address?.range() === "loopback") return true;
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  return list.split(",").some((entry) => ruleOf(entry.trim().toLowerCase())({ host, port, address }));
}

const never: Rule = () => false;

function ruleOf(entry: string): Rule {
  if (entry === "") return never;
  if (entry === "*") return () => true;
  const range = parseRange(entry);
  if (range !== undefined)
    return ({ address }) => address?.kind() === range[0].kind() && address.match(range);
  const { host, port } = splitPort(entry);
  const hasPort: Rule = (destination) => port === "" || port === destination.port;
  const address = parseAddress(host);
  if (address !== undefined) {
    return (destination) => destination.address?.toString() === address.toString() && hasPort(destination);
  }
  const isBelow = nameRule(host);
  return (destination) => destination.address === undefined && isBelow(destination) && hasPort(destination);
}

function nameRule(name: string): Rule {
  const suffix = name.replace(/^\*(?=\.)/, "");
  if (suffix === "") return never;
  if (suffix.startsWith(".")) {
    const below = `.${asciiName(suffix.slice(1))}`;
    return ({ host }) => host.endsWith(below);
  }
  const itself = asciiName(suffix);
  return ({ host }) => host === itself || host.endsWith(`.${itself}`);
}

// The host of a URL is in ASCII always.
function asciiName(name: string): string {
  return /^[ -~]*$/.test(name) ? name : domainToASCII(name);
}

function parseRange(entry: string): [Address, number] | undefined {
  if (!ipaddr.isValidCIDR(entry)) return undefined;
  const [address, bits] = ipaddr.parseCIDR(entry);
  return [address, bits];
}

// Other spellings of IPv4 (`10.1`, `0x7f000001`) are no addresses in Go.
function parseAddress(text: string): Address | undefined {
  if (!ipaddr.IPv6.isValid(text) && !ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
  // An IPv4 address in IPv6's clothes is the same address.
  return ipaddr.process(text);
}

function splitPort(entry: string): { readonly host: string; readonly port: string } {
  const match = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry);
  return match === null
    ? { host: entry, port: "" }
    : { host: unbracketed(match[1] ?? ""), port: match[2] ?? "" };
}

function unbracketed(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}

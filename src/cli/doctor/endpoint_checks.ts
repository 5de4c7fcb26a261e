import type { Clock } from "../../base/clock.ts";
import { ClientTls, defaultClientTls } from "../../http/client_tls.ts";
import { type ProxyArguments, proxyFor } from "../../http/proxy.ts";
import { inquireHandshake } from "../../http/tls_handshake.ts";
import type { EndpointArguments, WriteArguments } from "../../write/schema.ts";
import { type Finding, type FindingGroup, failed, ok, skipped } from "./finding.ts";
import { checkProfiles } from "./profile_checks.ts";
import { reach } from "./reach_checks.ts";
import { checkTls } from "./tls_checks.ts";

/** What the checks of endpoints are made with. */
export interface EndpointCheckParts {
  readonly clock: Clock;
  /** How long each step may take. */
  readonly timeoutMs: number;
  /** Whether profiles are sent. */
  readonly sendsProfiles: boolean;
}

/** What was found at an endpoint. */
export interface CheckedEndpoint {
  readonly group: FindingGroup;
  /** How far its clock is ahead of this machine's, in milliseconds. */
  readonly aheadMs: number | undefined;
}

/** Checks the way to an endpoint step by step: name, connection, TLS, and profiles with its credentials. */
export async function checkEndpoint(
  id: string,
  component: WriteArguments,
  endpoint: EndpointArguments,
  parts: EndpointCheckParts,
): Promise<CheckedEndpoint> {
  const name = `${id} ${endpoint.name === undefined ? "" : `${endpoint.name} `}${endpoint.url}`;
  const { oauth2 } = endpoint;
  const [toEndpoint, toTokens] = await Promise.all([
    checkWay("endpoint", endpoint.url, endpoint, parts),
    oauth2 === undefined ? [] : checkWay("token server", oauth2.token_url, oauth2, parts),
  ]);
  const way = [...toEndpoint, ...toTokens.map((one) => ({ ...one, check: `token server: ${one.check}` }))];
  if (way.some(({ status }) => status === "failed")) {
    const rest = skipped("profile", "sent once the problems above are solved");
    return { group: { name, findings: [...way, rest] }, aheadMs: undefined };
  }
  if (!parts.sendsProfiles) {
    return { group: { name, findings: [...way, skipped("profile", "--no-profile")] }, aheadMs: undefined };
  }
  const { findings, aheadMs } = await checkProfiles({ endpoint, component, ...parts });
  return { group: { name, findings: [...way, ...(await withTlsHint(findings, endpoint, parts))] }, aheadMs };
}

/** How a server is reached, the same for an endpoint and for where its tokens come from. */
type Way = ProxyArguments & Pick<EndpointArguments, "tls_config">;

async function checkWay(
  role: string,
  href: string,
  way: Way,
  { clock, timeoutMs }: EndpointCheckParts,
): Promise<Finding[]> {
  const proxy = proxyFor(href, way, process.env);
  const url = new URL(href);
  if (proxy !== false) return checkProxy(new URL(proxy.url), timeoutMs);
  const reached = await reach({ role, ...placeOf(url), timeoutMs });
  const findings = [...reached.findings];
  if (url.protocol !== "https:" || reached.address === undefined) return findings;
  const tls =
    way.tls_config === undefined ? defaultClientTls : new ClientTls(way.tls_config, clock).current();
  return [...findings, ...(await checkTls({ url, address: reached.address, tls, clock, timeoutMs }))];
}

async function checkProxy(proxy: URL, timeoutMs: number): Promise<Finding[]> {
  const { host, port } = placeOf(proxy);
  const { findings } = await reach({ role: "proxy", host, port, timeoutMs });
  // A proxy's URL may hold a user and a password.
  const through = ok("proxy", `requests go through ${proxy.protocol}//${proxy.hostname}:${port}`);
  return [through, ...findings.map((one) => ({ ...one, check: `proxy ${one.check}` }))];
}

function placeOf(url: URL): { readonly host: string; readonly port: number } {
  const standard = url.protocol === "https:" ? 443 : 80;
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port === "" ? standard : Number(url.port) };
}

// A port that speaks TLS closes on those who do not, and says nothing.
async function withTlsHint(
  findings: readonly Finding[],
  { url }: EndpointArguments,
  { clock }: EndpointCheckParts,
): Promise<readonly Finding[]> {
  const isClosed = findings.some(({ status, detail }) => status === "failed" && /was closed/.test(detail));
  if (!url.startsWith("http:") || !isClosed) return findings;
  const tls = { ...defaultClientTls, rejectUnauthorized: false };
  if ((await inquireHandshake({ url: new URL(url), tls, clock })) !== undefined) return findings;
  const fix = `write ${url.replace(/^http:/, "https:")} as url: this port speaks TLS`;
  return findings.map((one) => (one.status === "failed" ? failed(one.check, one.detail, fix) : one));
}

import type { Secret } from "../base/secret.ts";
import { isProxyBypassed } from "./no_proxy.ts";

/** The arguments that choose a proxy, the same at an endpoint and in `oauth2`. */
export interface ProxyArguments {
  /** A secret, since it may hold a user and a password. */
  readonly proxy_url?: Secret | undefined;
  readonly no_proxy?: string | undefined;
  readonly proxy_from_environment: boolean;
  readonly proxy_connect_header: Readonly<Record<string, readonly Secret[]>>;
}

/** The proxy of a request, as fetch takes it; false for none, whatever the environment says. */
export type ProxyChoice =
  | false
  | {
      readonly url: string;
      readonly headers: [name: string, value: string][];
      /** The rules have been applied already. */
      readonly respectNoProxy: false;
    };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that requests to `url` go through. A `proxy_url` alone holds for every destination; `no_proxy` or the
 * environment bring the rules of `isProxyBypassed` with them, as with Prometheus' clients.
 */
export function proxyFor(url: string, args: ProxyArguments, environment: Environment): ProxyChoice {
  const target = new URL(url);
  const proxy = args.proxy_from_environment
    ? environmentProxy(target, environment)
    : configuredProxy(target, args);
  if (proxy === undefined) return false;
  const headers = Object.entries(args.proxy_connect_header).flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, value.reveal()]),
  );
  // They are for CONNECT alone, and a request in clear text has none.
  return { url: proxy, headers: target.protocol === "https:" ? headers : [], respectNoProxy: false };
}

/** Why a text can't be used as a proxy's URL; undefined where it can. Never shows the text. */
export function proxyUrlProblem(text: string): string | undefined {
  const protocol = URL.canParse(text) ? new URL(text).protocol : undefined;
  return protocol === "http:" || protocol === "https:"
    ? undefined
    : "expected the URL of an http or https proxy, such as http://proxy:3128";
}

/** Why the proxies that the environment names can't be used; undefined where they can, or there are none. */
export function environmentProxyProblem(environment: Environment): string | undefined {
  for (const name of ["HTTP_PROXY", "HTTPS_PROXY"]) {
    const value = variable(name, environment);
    const problem = value === undefined ? undefined : proxyUrlProblem(withScheme(value));
    if (problem !== undefined) return `the environment variable ${name}: ${problem}`;
  }
  return undefined;
}

function configuredProxy(target: URL, { proxy_url, no_proxy }: ProxyArguments): string | undefined {
  if (proxy_url === undefined) return undefined;
  const isPast = no_proxy !== undefined && no_proxy !== "" && isProxyBypassed(target, no_proxy);
  return isPast ? undefined : proxy_url.reveal();
}

function environmentProxy(target: URL, environment: Environment): string | undefined {
  const value = variable(target.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY", environment);
  if (value === undefined || isProxyBypassed(target, variable("NO_PROXY", environment) ?? ""))
    return undefined;
  return withScheme(value);
}

function variable(name: string, environment: Environment): string | undefined {
  return [environment[name], environment[name.toLowerCase()]].find(
    (value) => value !== undefined && value !== "",
  );
}

// `proxy:3128` is common, and means http.
function withScheme(value: string): string {
  return value.includes("://") ? value : `http://${value}`;
}

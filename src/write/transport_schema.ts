import * as v from "valibot";
import {
  block,
  documented,
  filledText,
  flag,
  list,
  mapping,
  oneOf,
  secretText,
  text,
} from "../component/arguments.ts";
import { clientTlsVersions } from "../http/client_tls.ts";
import { proxyUrlProblem } from "../http/proxy.ts";

/** The `basic_auth` block. */
export const basicAuth = block({
  username: documented(v.optional(text(), ""), "User name."),
  password: documented(v.optional(secretText()), "Password; not together with password_file."),
  password_file: documented(
    v.optional(filledText()),
    "File that holds the password, read again when it changes.",
  ),
});

/** The `authorization` block. */
export const authorization = block({
  type: documented(v.optional(filledText(), "Bearer"), "Scheme in front of the credentials; not Basic."),
  credentials: documented(v.optional(secretText()), "Credentials; not together with credentials_file."),
  credentials_file: documented(
    v.optional(filledText()),
    "File that holds the credentials, read again when it changes.",
  ),
});

/** The `tls_config` block of a client. */
export const tlsConfig = block({
  ca_pem: documented(v.optional(text()), "PEM of the authorities to trust instead of the system's."),
  ca_file: documented(
    v.optional(filledText()),
    "File with the authorities to trust instead of the system's, read again when it changes.",
  ),
  cert_pem: documented(v.optional(text()), "PEM of the client certificate; needs the key."),
  cert_file: documented(
    v.optional(filledText()),
    "File with the client certificate, read again when it changes; needs the key.",
  ),
  key_pem: documented(v.optional(secretText()), "PEM of the client certificate's key."),
  key_file: documented(
    v.optional(filledText()),
    "File with the client certificate's key, read again when it changes.",
  ),
  insecure_skip_verify: documented(v.optional(flag(), false), "Accepts any certificate of the server."),
  min_version: documented(
    v.optional(oneOf(clientTlsVersions), "TLS12"),
    "Oldest TLS version that is spoken.",
  ),
  server_name: documented(v.optional(filledText()), "Name to verify the server's certificate against."),
});

const proxyUrl = v.pipe(
  secretText(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const problem = proxyUrlProblem(dataset.value.reveal());
    if (problem === undefined) return dataset.value;
    addIssue({ message: problem });
    return NEVER;
  }),
);

/** The arguments that choose a proxy. */
export const proxyArguments = {
  proxy_url: documented(
    v.optional(proxyUrl),
    "URL of an http or https proxy that requests go through; it may hold a user and a password.",
  ),
  no_proxy: documented(
    v.optional(text()),
    "Names, addresses and ranges, with commas, that are asked without the proxy; needs proxy_url. Where it is given, localhost and loopback addresses are asked without the proxy too.",
  ),
  proxy_from_environment: documented(
    v.optional(flag(), false),
    "Whether the proxy is the one in HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in upper or lower case.",
  ),
  proxy_connect_header: documented(
    v.optional(mapping(list(secretText())), {}),
    "Headers for the proxy, sent with CONNECT, which only https destinations need.",
  ),
};

const expectedUrl = "expected an http or https URL such as";

/** An http or https URL, as it was written; `example` is shown where it is none. */
export function httpUrl(example: string, problemOf: (url: URL) => string | undefined) {
  return v.pipe(
    v.string(`${expectedUrl} ${example}`),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const url = URL.canParse(dataset.value) ? new URL(dataset.value) : undefined;
      const isHttp = url?.protocol === "http:" || url?.protocol === "https:";
      const problem = url !== undefined && isHttp ? problemOf(url) : `${expectedUrl} ${example}`;
      if (problem !== undefined) addIssue({ message: problem });
    }),
  );
}

/** Whether a URL holds a user or a password. */
export function hasCredentials(url: URL): boolean {
  return url.username !== "" || url.password !== "";
}

/** The `oauth2` block. */
export const oauth2 = block({
  client_id: documented(filledText(), "Client ID."),
  client_secret: documented(
    v.optional(secretText()),
    "Client secret; not together with client_secret_file. Sent in the Authorization header, and in the body to a server that refuses that.",
  ),
  client_secret_file: documented(
    v.optional(filledText()),
    "File that holds the client secret, read again when it changes.",
  ),
  token_url: documented(
    httpUrl("https://login.example.com/oauth2/token", (url) =>
      hasCredentials(url) ? "must not hold credentials: use client_id and client_secret" : undefined,
    ),
    "URL that tokens come from, by the client credentials grant.",
  ),
  scopes: documented(v.optional(list(filledText()), []), "Scopes that a token is asked for with."),
  endpoint_params: documented(
    v.optional(mapping(secretText()), {}),
    "Further parameters of the token request; values are secrets.",
  ),
  tls_config: documented(
    v.optional(tlsConfig),
    "TLS towards the token URL; the endpoint's does not hold there.",
  ),
  ...proxyArguments,
});

import { type Rule, withScheme } from "./advice_rule.ts";

/** What to do where there was no answer, by the words of `describeConnectionFailure` and its like. */
export const unansweredRules: readonly Rule[] = [
  [
    /^timeout$/,
    ({ url }, words) =>
      `see whether a firewall drops what goes to ${new URL(url).host}, or the receiver is overloaded; ${words.timeout} is how long is waited`,
  ],
  [
    /proxy refused the connection: HTTP 407/,
    () => "the proxy asks for a user and a password: write them into its URL",
  ],
  [/proxy refused/, ({ url }) => `let the proxy connect to ${new URL(url).host}, or name it in no_proxy`],
  [
    /the proxy can't be reached|through the proxy/,
    () =>
      "see whether the proxy's URL is right and the proxy runs; HTTPS_PROXY and HTTP_PROXY count on the command line and with proxy_from_environment",
  ],
  [
    /connection refused|can't be opened/,
    ({ url }, words) =>
      `start the receiver, or correct host and port in ${words.url}: nothing listens on ${new URL(url).host}`,
  ],
  [
    /host name is not known/,
    ({ url }, words) =>
      `correct the host in ${words.url}: there is no ${new URL(url).hostname} in DNS as this machine sees it`,
  ],
  [/can't be looked up/, () => "see whether the name server in /etc/resolv.conf answers"],
  [
    /host can't be reached|network can't be reached|timed out/,
    ({ url }) => `see whether there is a route to ${new URL(url).hostname}, and no firewall in between`,
  ],
  [
    /speaks no TLS/,
    ({ url }, words) => `write ${withScheme(url, "http")} as ${words.url}, or name the port that speaks TLS`,
  ],
  [/does not speak TLS/, () => "let the server speak TLS 1.2 or newer; min_version allows older ones"],
  [
    /unknown authority/,
    (_, words) => `name the authority that signed it, with those in between: ${words.authorities}`,
  ],
  [
    /for another name/,
    ({ url }, words) =>
      `write a name that the certificate holds into ${words.url} in place of ${new URL(url).hostname}${words.serverName === undefined ? "" : `, or as ${words.serverName}`}`,
  ],
  [
    /has expired/,
    () => "renew the server's certificate; where only this machine sees it so, set its clock right",
  ],
  [/not valid yet/, () => "set this machine's clock right, or the server's where the certificate was made"],
  [
    /client certificate/,
    (_, words) => `give a client certificate that the server's authority has signed: ${words.certificate}`,
  ],
  [
    /no OAuth2 token|OAuth2/,
    () => "see whether oauth2's token_url can be reached, and client_id and client_secret are right",
  ],
  [
    /closed before the answer/,
    ({ url }, words) =>
      url.startsWith("http:")
        ? `see the receiver's log; where the port speaks TLS, write ${withScheme(url, "https")} as ${words.url}`
        : "see the receiver's log, and that of any proxy in between",
  ],
  [/max_in_flight/, () => "raise max_in_flight, or find out why the receiver is slow"],
  [/TLS handshake/, () => "see the server's log: which versions, ciphers and client certificates it takes"],
];

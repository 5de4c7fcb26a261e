import { readFileSync } from "node:fs";
import { systemClock } from "../base/clock.ts";
import { Secret } from "../base/secret.ts";
import { checkExclusive, checkFiles } from "../component/argument_checks.ts";
import type { ReportProblem } from "../component/definition.ts";
import { ClientTls, type ClientTlsArguments, clientTlsProblem } from "../http/client_tls.ts";
import { isHeaderName, isHeaderValue } from "../http/header_text.ts";
import type { OAuth2Arguments } from "../http/oauth2.ts";
import { ownTokenParameters } from "../http/oauth2_request.ts";
import { environmentProxyProblem, type ProxyArguments } from "../http/proxy.ts";

type Values = Readonly<Record<string, unknown>>;

/** Checks a `tls_config` block. */
export function checkClientTls(tls: ClientTlsArguments, report: ReportProblem): void {
  let problems = 0;
  const count: ReportProblem = (path, message, fix) => {
    problems += 1;
    report(path, message, fix);
  };
  checkExclusive({ ...tls }, tlsPairs, count);
  checkFiles({ ...tls }, tlsFiles, count);
  const hasCert = tls.cert_pem !== undefined || tls.cert_file !== undefined;
  const hasKey = tls.key_pem !== undefined || tls.key_file !== undefined;
  if (hasCert !== hasKey) {
    const missing = hasCert
      ? "key_file: with the certificate's key"
      : "cert_file: with the key's certificate";
    count([], "a client certificate and its key must be given together", `add ${missing}`);
  }
  if (problems > 0) return;
  const problem = clientTlsProblem(new ClientTls(tls, systemClock).current());
  if (problem === undefined) return;
  const { part, message } = problem;
  const key = tls[`${part}_file`] === undefined ? `${part}_pem` : `${part}_file`;
  report([key], message, "write PEM there: text that begins with -----BEGIN");
}

const tlsPairs = [
  ["ca_pem", "ca_file"],
  ["cert_pem", "cert_file"],
  ["key_pem", "key_file"],
] as const;

const tlsFiles = ["ca_file", "cert_file", "key_file"] as const;

/** Checks the arguments that choose a proxy, of an endpoint or of its `oauth2` block. */
export function checkProxy(args: ProxyArguments, report: ReportProblem): void {
  const { proxy_url, no_proxy, proxy_from_environment, proxy_connect_header } = args;
  const hasNoProxy = no_proxy !== undefined && no_proxy !== "";
  if (proxy_from_environment) {
    const fix = "keep proxy_from_environment, or proxy_url with no_proxy";
    if (proxy_url !== undefined) report(["proxy_url"], "excludes proxy_from_environment", fix);
    if (hasNoProxy) report(["no_proxy"], "excludes proxy_from_environment", fix);
    const problem = environmentProxyProblem(process.env);
    if (problem !== undefined) report(["proxy_from_environment"], problem);
  } else if (proxy_url === undefined) {
    if (hasNoProxy) report(["no_proxy"], "needs proxy_url", "add proxy_url, or take no_proxy out");
    if (Object.keys(proxy_connect_header).length > 0) {
      const fix = "add proxy_url, or take proxy_connect_header out";
      report(["proxy_connect_header"], "needs proxy_url or proxy_from_environment", fix);
    }
  }
  for (const [name, values] of Object.entries(proxy_connect_header)) {
    checkHeader(
      name,
      values.map((value) => value.reveal()),
      (path, message, fix) => report(["proxy_connect_header", ...path], message, fix),
    );
  }
}

/** Checks an `oauth2` block. */
export function checkOAuth2(oauth2: OAuth2Arguments, report: ReportProblem): void {
  checkSecret({ ...oauth2 }, "client_secret", "client_secret_file", report);
  if (oauth2.client_secret === undefined && oauth2.client_secret_file === undefined) {
    report([], "needs client_secret or client_secret_file", "add client_secret_file with the file's path");
  }
  if (oauth2.client_secret?.reveal() === "") report(["client_secret"], "must not be empty");
  for (const name of Object.keys(oauth2.endpoint_params)) {
    if (ownTokenParameters.includes(name)) {
      report(["endpoint_params", name], "has an argument of its own: use that");
    }
  }
  checkProxy(oauth2, report);
  const { tls_config: tls } = oauth2;
  if (tls !== undefined)
    checkClientTls(tls, (path, message, fix) => report(["tls_config", ...path], message, fix));
}

/** Checks a secret that stands in the configuration or in a file: one of the two, readable, and one line. */
export function checkSecret(values: Values, inline: string, file: string, report: ReportProblem): void {
  checkExclusive(values, [[inline, file]], report);
  const secret = values[inline];
  if (secret instanceof Secret && !isHeaderValue(secret.reveal()))
    report([inline], "must be one line", oneLineFix);
  const path = values[file];
  if (typeof path !== "string") return;
  let isReadable = true;
  checkFiles(values, [file], (at, message, fix) => {
    isReadable = false;
    report(at, message, fix);
  });
  if (isReadable && !isHeaderValue(readFileSync(path, "utf8").trim())) {
    const fix = "write nothing but the secret to the file, as printf '%s' \"$TOKEN\" > FILE does";
    report([file], "must hold the secret alone, in one line", fix);
  }
}

const oneLineFix = "write it in one line: behind | or > every line end is part of the value";

/** Reports a header that no request could carry. */
export function checkHeader(name: string, values: readonly string[], report: ReportProblem): void {
  if (!isHeaderName(name)) {
    report(
      [name],
      "is no name that a header can have",
      "write letters, digits and hyphens, such as X-Scope-OrgID",
    );
  }
  values.forEach((value, index) => {
    if (!isHeaderValue(value)) {
      report(values.length === 1 ? [name] : [name, index], "must be one line", oneLineFix);
    }
  });
}

/** What things are called where the advice is read: in a configuration, or on a command line. */
export interface AdviceWords {
  readonly url: string;
  readonly credentials: string;
  readonly tenant: string;
  readonly authorities: string;
  readonly timeout: string;
  readonly certificate: string;
  /** Where another name for the server is written; undefined where it can't be. */
  readonly serverName?: string;
}

/** A delivery that failed, as far as advice depends on it. */
export interface FailedDelivery {
  /** The endpoint's URL. */
  readonly url: string;
  readonly hasCredentials: boolean;
  /** What a redirect named, where the answer was one. */
  readonly location?: string | undefined;
}

/** Says what to do about a delivery. */
export type Advise = (delivery: FailedDelivery, words: AdviceWords) => string;

/** Something that went wrong, told by the cause's words, and what to do about it. */
export type Rule = readonly [pattern: RegExp, advise: Advise];

/** Whether a URL is one of Grafana Cloud. */
export function isGrafanaCloud(url: string): boolean {
  return /\.grafana\.net$/.test(new URL(url).hostname);
}

/** The same URL with another scheme. */
export function withScheme(url: string, scheme: string): string {
  return url.replace(/^https?:/, `${scheme}:`);
}

/** The words of a configuration. */
export const configWords: AdviceWords = {
  url: "url",
  credentials: "basic_auth: { username: …, password_file: … }",
  tenant: 'headers: { X-Scope-OrgID: "…" }',
  authorities: "tls_config: { ca_file: … }",
  timeout: "remote_timeout",
  certificate: "tls_config: { cert_file: …, key_file: … }",
  serverName: "tls_config: { server_name: … }",
};

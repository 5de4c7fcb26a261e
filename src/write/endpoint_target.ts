import { readFileSync } from "node:fs";
import type { Clock } from "../base/clock.ts";
import { Secret } from "../base/secret.ts";
import { userAgent } from "../base/version.ts";
import type { TlsOptions } from "../http/http_client.ts";
import { fixedSecret, type SecretSource, secretInFile } from "../http/secret_source.ts";
import { setTraceHeaders, type TracePropagation } from "../profile/trace_context.ts";
import type { EndpointArguments } from "./schema.ts";
import type { Outgoing } from "./sender.ts";

/** Where an endpoint's requests go and what they carry. */
export class EndpointTarget {
  /** The endpoint's name, else its URL: in metrics, logs and messages. */
  readonly label: string;
  readonly tls: TlsOptions | undefined;
  readonly #baseUrl: string;
  readonly #arguments: EndpointArguments;
  readonly #propagation: TracePropagation;
  readonly #secret: SecretSource | undefined;

  /** @throws where a file that the arguments name can't be read. */
  constructor(args: EndpointArguments, propagation: TracePropagation, clock: Clock) {
    this.label = args.name ?? args.url;
    this.tls = tlsOptions(args);
    this.#baseUrl = baseUrl(args.url);
    this.#arguments = args;
    this.#propagation = propagation;
    this.#secret = authSecret(args, clock);
  }

  start(): void {
    this.#secret?.start();
  }

  stop(): void {
    this.#secret?.stop();
  }

  url(outgoing: Outgoing): string {
    return this.#baseUrl + outgoing.path;
  }

  /** The headers of one attempt. */
  headers(outgoing: Outgoing, timeoutMs: number): Headers {
    const headers = new Headers({ "user-agent": userAgent });
    const authorization = this.#authorization();
    if (authorization !== undefined) headers.set("authorization", authorization);
    for (const [name, value] of outgoing.request.forwardedHeaders) headers.set(name, value);
    for (const [name, value] of Object.entries(this.#arguments.headers)) headers.set(name, value);
    for (const [name, values] of Object.entries(this.#arguments.http_headers)) {
      for (const value of values) headers.append(name, value.reveal());
    }
    for (const [name, value] of outgoing.headers) headers.set(name, value);
    for (const [name, value] of outgoing.deadlineHeaders(timeoutMs)) headers.set(name, value);
    setTraceHeaders(headers, outgoing.request.trace, this.#propagation);
    return headers;
  }

  #authorization(): string | undefined {
    if (this.#secret === undefined) return undefined;
    const secret = this.#secret.current().reveal();
    const { basic_auth, authorization } = this.#arguments;
    if (basic_auth !== undefined) {
      return `Basic ${Buffer.from(`${basic_auth.username}:${secret}`).toString("base64")}`;
    }
    return `${authorization?.type ?? "Bearer"} ${secret}`;
  }
}

// Repeated and closing slashes of the base would make a path that no server knows.
function baseUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replaceAll(/\/{2,}/g, "/").replace(/\/$/, "");
}

function authSecret(args: EndpointArguments, clock: Clock): SecretSource | undefined {
  const { basic_auth, authorization } = args;
  return (
    secretSource(args.bearer_token, args.bearer_token_file, clock) ??
    secretSource(authorization?.credentials, authorization?.credentials_file, clock) ??
    secretSource(basic_auth?.password, basic_auth?.password_file, clock) ??
    // A user without a password is sent with an empty one.
    (basic_auth === undefined ? undefined : fixedSecret(new Secret("")))
  );
}

function secretSource(
  inline: Secret | undefined,
  file: string | undefined,
  clock: Clock,
): SecretSource | undefined {
  if (inline !== undefined) return fixedSecret(inline);
  return file === undefined ? undefined : secretInFile(file, clock);
}

function tlsOptions(args: EndpointArguments): TlsOptions | undefined {
  const config = args.tls_config;
  if (config === undefined) return undefined;
  const ca = config.ca_pem ?? fileText(config.ca_file);
  const cert = config.cert_pem ?? fileText(config.cert_file);
  const key = config.key_pem?.reveal() ?? fileText(config.key_file);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(config.server_name === undefined ? {} : { serverName: config.server_name }),
    ...(config.insecure_skip_verify ? { rejectUnauthorized: false } : {}),
  };
}

function fileText(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFileSync(path, "utf8");
}

import { Secret } from "../base/secret.ts";
import { userAgent } from "../base/version.ts";
import { basicAuthorization } from "../http/basic_authorization.ts";
import { headerText } from "../http/header_text.ts";
import type { HeaderValues } from "../http/http_client.ts";
import { fixedSecret, type SecretSource, secretSource } from "../http/secret_source.ts";
import { Transport, type TransportContext } from "../http/transport.ts";
import { setTraceHeaders, type TraceContext, type TracePropagation } from "../profile/trace_context.ts";
import type { EndpointArguments } from "./schema.ts";
import type { OutgoingRequest } from "./sender.ts";

/** Where an endpoint's requests go and what they carry. */
export class EndpointTarget {
  /** The endpoint's name, else its URL: in metrics, logs and messages. */
  readonly label: string;
  readonly transport: Transport;
  /** What every path follows; without credentials and without a slash at the end. */
  readonly baseUrl: string;
  readonly #arguments: EndpointArguments;
  /** Those of the configuration; several values of one name are one after the other. */
  readonly #ownHeaders: HeaderValues;
  /** What every request carries, made with the secret as it was then. */
  #fixed: { readonly secret: Secret | undefined; readonly headers: HeaderValues } | undefined;
  readonly #propagation: TracePropagation;
  readonly #secret: SecretSource | undefined;
  /** Names of headers that the endpoint sets itself, which no sender's take the place of. */
  readonly #ownNames: ReadonlySet<string>;

  /** @throws where a file that the arguments name can't be read. */
  constructor(args: EndpointArguments, propagation: TracePropagation, context: TransportContext) {
    this.label = args.name ?? args.url;
    this.transport = new Transport(args, context);
    this.baseUrl = baseUrl(args.url);
    this.#arguments = args;
    this.#propagation = propagation;
    this.#secret = authSecret(args, context);
    this.#ownHeaders = ownHeaders(args);
    this.#ownNames = new Set([
      ...(this.#secret === undefined ? [] : ["authorization"]),
      ...Object.keys(this.#ownHeaders),
    ]);
  }

  /** @param onChange called when credentials or certificates have changed. */
  start(onChange?: () => void): void {
    this.#secret?.start(onChange);
    this.transport.start(onChange);
  }

  stop(): void {
    this.#secret?.stop();
    this.transport.stop();
  }

  url(outgoing: OutgoingRequest): string {
    return this.baseUrl + outgoing.path;
  }

  /**
   * The headers of one attempt.
   *
   * @param trace the span that is recorded of the attempt, where one is.
   */
  headers(outgoing: OutgoingRequest, timeoutMs: number, trace: TraceContext | undefined): HeaderValues {
    const headers: Record<string, string> = { ...this.#fixedHeaders() };
    for (const [name, value] of outgoing.request.forwardedHeaders) {
      if (!this.#ownNames.has(name)) headers[name] = value;
    }
    for (const [name, value] of outgoing.headers) headers[name] = value;
    for (const [name, value] of outgoing.deadlineHeaders(timeoutMs)) headers[name] = value;
    setTraceHeaders(headers, outgoing.request.trace, this.#propagation, trace);
    return headers;
  }

  #fixedHeaders(): HeaderValues {
    const secret = this.#secret?.current();
    if (this.#fixed === undefined || this.#fixed.secret !== secret) {
      const authorization = secret && this.#authorization(secret);
      const headers = {
        "user-agent": userAgent,
        ...(authorization === undefined ? {} : { authorization }),
        ...this.#ownHeaders,
      };
      this.#fixed = { secret, headers };
    }
    return this.#fixed.headers;
  }

  #authorization(secret: Secret): string {
    const { basic_auth, authorization } = this.#arguments;
    if (basic_auth !== undefined) {
      return basicAuthorization(basic_auth.username, secret.reveal());
    }
    return headerText(`${authorization?.type.trim() ?? "Bearer"} ${secret.reveal()}`);
  }
}

// Repeated and closing slashes of the base would make a path that no server knows.
function baseUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replaceAll(/\/{2,}/g, "/").replace(/\/$/, "");
}

function ownHeaders(args: EndpointArguments): HeaderValues {
  const headers = new Headers();
  for (const [name, value] of Object.entries(args.headers)) headers.set(name, headerText(value));
  for (const [name, values] of Object.entries(args.http_headers)) {
    for (const value of values) headers.append(name, headerText(value.reveal()));
  }
  return Object.fromEntries(headers);
}

function authSecret(
  args: EndpointArguments,
  { clock, onProblem }: TransportContext,
): SecretSource | undefined {
  const { basic_auth, authorization } = args;
  return (
    secretSource(args.bearer_token, args.bearer_token_file, clock, onProblem) ??
    secretSource(authorization?.credentials, authorization?.credentials_file, clock, onProblem) ??
    secretSource(basic_auth?.password, basic_auth?.password_file, clock, onProblem) ??
    // A user without a password is sent with an empty one.
    (basic_auth === undefined ? undefined : fixedSecret(new Secret("")))
  );
}

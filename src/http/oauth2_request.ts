import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  genericTokenEndpointRequest,
  processGenericTokenEndpointResponse,
  ResponseBodyError,
} from "oauth4webapi";
import type { Clock } from "../base/clock.ts";
import { CodedError } from "../base/failure.ts";
import type { Secret } from "../base/secret.ts";
import { userAgent } from "../base/version.ts";
import type { ConnectionPool } from "./connection_pool.ts";

/** What a token is asked for with. */
export interface TokenRequest {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly secret: Secret;
  readonly scopes: readonly string[];
  readonly extraParameters: Readonly<Record<string, Secret>>;
  readonly pool: ConnectionPool;
  /** How the client's secret travels to this server; found out by the first request. */
  readonly authentication: ClientAuthentication;
  /** How long it may take, both ways of authentication tried, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** What is known of how a server wants the client's secret. */
export interface ClientAuthentication {
  way: "header" | "body" | undefined;
}

/** A token that a server gave. */
export interface GrantedToken {
  readonly value: string;
  /** Undefined where the server does not say, or for ever. */
  readonly lifeSeconds: number | undefined;
}

/** The only parameter that may be given another value, since some servers want one of their own. */
const grantTypeParameter = "grant_type";

/** Parameters of the request itself, which `endpoint_params` can't give. */
export const ownTokenParameters: readonly string[] = ["client_id", "client_secret", "scope"];

/**
 * Asks for a token. The secret goes in the Authorization header first, and in the body where a server that was never
 * asked before refuses that, as golang.org/x/oauth2 does.
 *
 * @throws CodedError `unavailable` with the reason, without any secret.
 */
export async function requestToken(request: TokenRequest): Promise<GrantedToken> {
  if (request.secret.reveal() === "") {
    throw new CodedError("unavailable", "no OAuth2 token: client_secret_file is empty");
  }
  const controller = new AbortController();
  const timer = request.clock.schedule(request.timeoutMs, () => controller.abort());
  try {
    return await requestEitherWay(request, controller.signal);
  } catch (thrown) {
    const reason = controller.signal.aborted ? "no answer in time" : await reasonOf(thrown, request);
    throw new CodedError("unavailable", `no OAuth2 token from ${new URL(request.tokenUrl).host}: ${reason}`);
  } finally {
    timer.cancel();
  }
}

async function requestEitherWay(request: TokenRequest, signal: AbortSignal): Promise<GrantedToken> {
  const { authentication } = request;
  const first = authentication.way ?? "header";
  try {
    const token = await requestOnce(request, first, signal);
    authentication.way = first;
    return token;
  } catch (thrown) {
    if (authentication.way !== undefined || !(thrown instanceof TokenRefusal)) throw thrown;
  }
  const token = await requestOnce(request, "body", signal);
  authentication.way = "body";
  return token;
}

async function requestOnce(
  request: TokenRequest,
  way: "header" | "body",
  signal: AbortSignal,
): Promise<GrantedToken> {
  const server = { issuer: request.tokenUrl, token_endpoint: request.tokenUrl };
  const client = { client_id: request.clientId };
  const response = await genericTokenEndpointRequest(
    server,
    client,
    clientAuth(request, way),
    request.extraParameters[grantTypeParameter]?.reveal() ?? "client_credentials",
    parametersOf(request),
    {
      [customFetch]: (url, init) => request.pool.fetch(url, init),
      // Whether a token may travel in clear text is for whoever writes the URL to say.
      [allowInsecureRequests]: true,
      headers: { "user-agent": userAgent },
      signal,
    },
  );
  try {
    const token = await processGenericTokenEndpointResponse(server, client, response);
    return { value: token.access_token, lifeSeconds: token.expires_in };
  } catch (thrown) {
    throw new TokenRefusal(response.status, thrown);
  }
}

/** An answer without a token in it. */
class TokenRefusal extends Error {
  /** What the library says may quote the answer, so only the code that the protocol defines is kept. */
  constructor(status: number, thrown: unknown) {
    const code = thrown instanceof ResponseBodyError ? thrown.error.match(/^[\w.-]{1,64}$/)?.[0] : undefined;
    super(
      status === 200
        ? "its answer holds no token that can be used"
        : `HTTP ${status}${code === undefined ? "" : ` ${code}`}`,
    );
  }
}

function clientAuth({ secret }: TokenRequest, way: "header" | "body"): ClientAuth {
  return way === "header" ? ClientSecretBasic(secret.reveal()) : ClientSecretPost(secret.reveal());
}

function parametersOf({ scopes, extraParameters }: TokenRequest): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(extraParameters)) parameters.set(name, value.reveal());
  if (scopes.length > 0) parameters.set("scope", scopes.join(" "));
  return parameters;
}

async function reasonOf(thrown: unknown, { pool, timeoutMs }: TokenRequest): Promise<string> {
  return thrown instanceof TokenRefusal ? thrown.message : await pool.explain(thrown, timeoutMs);
}

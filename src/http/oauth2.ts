import type { Clock } from "../base/clock.ts";
import type { Secret } from "../base/secret.ts";
import type { ClientTlsArguments } from "./client_tls.ts";
import { requestToken, type TokenRequest } from "./oauth2_request.ts";
import type { ProxyArguments } from "./proxy.ts";
import type { SecretSource } from "./secret_source.ts";

/** The arguments of an `oauth2` block. */
export interface OAuth2Arguments extends ProxyArguments {
  readonly client_id: string;
  readonly client_secret?: Secret | undefined;
  readonly client_secret_file?: string | undefined;
  readonly scopes: readonly string[];
  readonly token_url: string;
  readonly endpoint_params: Readonly<Record<string, Secret>>;
  readonly tls_config?: ClientTlsArguments | undefined;
}

/** A token is renewed this long before it expires, in milliseconds, or after three quarters of a shorter life. */
const renewEarlyMs = 30_000;

/** A token that no server ever took is not asked for again for this long after it came, in milliseconds. */
const unprovenHoldsMs = 10_000;

/** After a renewal that failed the next one waits this long while the old token still holds, in milliseconds. */
const renewAgainMs = 1000;

interface Token {
  readonly value: string;
  /** The client's secret that it was given for. */
  readonly secret: Secret;
  readonly obtainedAt: number;
  readonly expiresAt: number;
  renewAt: number;
  isProven: boolean;
}

/** What tokens are obtained with. */
export interface TokenSourceParts {
  readonly request: Omit<TokenRequest, "secret">;
  readonly secret: SecretSource;
  readonly clock: Clock;
}

/** Access tokens by the client credentials grant (RFC 6749, section 4.4), kept until shortly before they expire. */
export class TokenSource {
  readonly #parts: TokenSourceParts;
  #token: Token | undefined;
  #underWay: Promise<string> | undefined;

  constructor(parts: TokenSourceParts) {
    this.#parts = parts;
  }

  /** @param onChange called when there is another secret, or other certificates, to ask for tokens with. */
  start(onChange?: () => void): void {
    this.#parts.secret.start(onChange);
    this.#parts.request.pool.start(onChange);
  }

  stop(): void {
    this.#parts.secret.stop();
    this.#parts.request.pool.stop();
  }

  /**
   * The token to send now.
   *
   * @throws CodedError `unavailable` where there is none; what was asked of the server is shared by all callers.
   */
  token(): Promise<string> {
    const { secret, clock } = this.#parts;
    const token = this.#token;
    const now = clock.now();
    if (token === undefined || token.secret !== secret.current() || now >= token.expiresAt)
      return this.#obtain();
    if (now >= token.renewAt) this.#renew(token);
    return Promise.resolve(token.value);
  }

  /** Notes that a server took the token. */
  prove(value: string): void {
    if (this.#token?.value === value) this.#token.isProven = true;
  }

  /**
   * Another token in place of one that a server refused; undefined where that would be of no use, since the server
   * has refused it from the beginning.
   */
  replacement(refused: string): Promise<string> | undefined {
    const token = this.#token;
    if (token?.value !== refused) return this.token();
    if (!token.isProven && this.#parts.clock.now() - token.obtainedAt < unprovenHoldsMs) return undefined;
    this.#token = undefined;
    return this.#obtain();
  }

  // The token at hand still holds: nobody waits for the new one, and a failure shows once it does not.
  #renew(token: Token): void {
    this.#obtain().catch(() => {
      token.renewAt = this.#parts.clock.now() + renewAgainMs;
    });
  }

  #obtain(): Promise<string> {
    this.#underWay ??= this.#request().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #request(): Promise<string> {
    const { request, clock } = this.#parts;
    const secret = this.#parts.secret.current();
    const obtainedAt = clock.now();
    const granted = await requestToken({ ...request, secret });
    const lifeMs = granted.lifeSeconds === undefined ? Number.POSITIVE_INFINITY : granted.lifeSeconds * 1000;
    const expiresAt = obtainedAt + lifeMs;
    const renewAt = expiresAt - Math.min(renewEarlyMs, lifeMs / 4);
    this.#token = { value: granted.value, secret, obtainedAt, expiresAt, renewAt, isProven: false };
    return granted.value;
  }
}

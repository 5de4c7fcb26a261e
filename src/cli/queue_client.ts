import { CodedError, messageOf } from "../base/failure.ts";
import { basicAuthorization } from "../http/basic_authorization.ts";

/** How long the admin server may take to answer, in milliseconds. */
const timeoutMs = 30_000;

/** What is asked of the admin server. */
export interface QueueRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Parts of the path below `/api/v0`; each is escaped. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
}

/** Asks the admin server of a pyroduct that runs. */
export class QueueClient {
  readonly #server: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param server its URL, with user and password where it asks for them. */
  constructor(server: string) {
    const url = new URL(server);
    const user = decodeURIComponent(url.username);
    this.#server = `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
    this.#headers =
      user === "" ? {} : { authorization: basicAuthorization(user, decodeURIComponent(url.password)) };
  }

  /** The answer's JSON; throws a CodedError where there is none. */
  async json<Answer>(request: QueueRequest): Promise<Answer> {
    const response = await this.#fetch(request);
    return (await response.json()) as Answer;
  }

  /** The answer's bytes as they were stored; throws a CodedError where there is none. */
  async bytes(request: QueueRequest): Promise<Uint8Array> {
    const response = await this.#fetch(request, { decompress: false });
    return response.bytes();
  }

  async #fetch(
    { method, path, query = {} }: QueueRequest,
    more: BunFetchRequestInit = {},
  ): Promise<Response> {
    const parameters = new URLSearchParams(query);
    const url = `${this.#server}/api/v0/${path.map(encodeURIComponent).join("/")}?${parameters}`;
    const response = await this.#reach(url, {
      ...more,
      method,
      headers: this.#headers,
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.ok) return response;
    const text = (await response.text()).trim();
    throw new CodedError("unavailable", `${this.#server}: ${text === "" ? `HTTP ${response.status}` : text}`);
  }

  async #reach(url: string, init: BunFetchRequestInit): Promise<Response> {
    try {
      return await fetch(url, init);
    } catch (thrown) {
      throw new CodedError(
        "unavailable",
        `${this.#server} can't be reached: ${messageOf(thrown)}; --server names another address`,
      );
    }
  }
}

import { spyOn } from "bun:test";
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { Provider } from "oidc-provider";
import { withinMs } from "../wire/bounded.ts";
import type { KeyPair } from "./certificates.ts";

/** The client that the server knows. Its secret needs escaping wherever it is sent. */
export const client = { client_id: "pyro duct", client_secret: "s+e/c r:e%t=" } as const;

/** How the server differs from one that answers every right request. */
export interface TokenServerOptions {
  /** How long a token lives, in seconds. */
  readonly lifeSeconds?: number;
  /** Speaks TLS with this certificate. */
  readonly pair?: KeyPair;
}

/** What happens to token requests instead of an answer of the provider's. */
export type TokenServerMood = "well" | "hangs" | "broken" | "refuses header" | "odd answer" | "endless";

/** A token request as it came. */
export interface TokenRequestSeen {
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
}

/** An OAuth 2 server on 127.0.0.1 that gives tokens to `client`. */
export class TokenServer implements AsyncDisposable {
  mood: TokenServerMood = "well";
  readonly requests: TokenRequestSeen[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #scheme: string;
  #provider: Provider | undefined;

  private constructor({ pair }: TokenServerOptions) {
    this.#scheme = pair === undefined ? "http" : "https";
    this.#server =
      pair === undefined ? createHttpServer() : createHttpsServer({ cert: pair.cert, key: pair.key });
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("tlsClientError", () => undefined);
  }

  static async start(options: TokenServerOptions = {}): Promise<TokenServer> {
    const tokens = new TokenServer(options);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    tokens.#server.once("error", reject);
    tokens.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    // It warns of what makes it unfit for real use, which is none of the tests' business.
    const warn = spyOn(console, "warn").mockImplementation(() => {});
    const provider = new Provider(tokens.#origin, {
      clients: [{ ...client, grant_types: ["client_credentials"], redirect_uris: [], response_types: [] }],
      features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
      scopes: ["profiles:write"],
      ttl: { ClientCredentials: options.lifeSeconds ?? 600 },
    });
    warn.mockRestore();
    const answer = provider.callback();
    tokens.#provider = provider;
    tokens.#server.on("request", (request, response) => tokens.#take(request, response, answer));
    return tokens;
  }

  get url(): string {
    return `${this.#origin}/token`;
  }

  /** Whether a request with this Authorization header carries a token that holds. */
  async isValid(authorization: string | null): Promise<boolean> {
    const token = /^Bearer (.+)$/.exec(authorization ?? "")?.[1];
    return token !== undefined && (await this.#provider?.ClientCredentials.find(token)) !== undefined;
  }

  /** Takes back the token of this Authorization header. */
  async revoke(authorization: string): Promise<void> {
    const token = await this.#provider?.ClientCredentials.find(authorization.replace("Bearer ", ""));
    await token?.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const socket of this.#sockets) socket.destroy();
    await withinMs(5_000, "closing the token server", promise);
  }

  get #origin(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #take(
    request: IncomingMessage,
    response: ServerResponse,
    answer: (request: IncomingMessage, response: ServerResponse) => void,
  ): void {
    const { authorization, "content-type": contentType } = request.headers;
    this.requests.push({ authorization, contentType });
    switch (this.mood) {
      case "hangs":
        return;
      case "broken":
        response.writeHead(503).end("try later");
        return;
      case "odd answer":
        response.writeHead(200, { "content-type": "application/json" }).end('{"access_token":"half a tok');
        return;
      case "endless":
        response.writeHead(200, { "content-type": "application/json" });
        response.end('{"access_token":"endless","token_type":"bearer"}');
        return;
      case "refuses header":
        if (authorization === undefined) break;
        response.writeHead(401, { "content-type": "application/json" }).end('{"error":"invalid_client"}');
        return;
      case "well":
        break;
    }
    answer(request, response);
  }
}

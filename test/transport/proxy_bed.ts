import type { IncomingHttpHeaders } from "node:http";
import { Server } from "proxy-chain";

/** A request as the proxy got it. */
export interface ProxiedRequest {
  readonly method: string;
  /** The target as it stood in the request line. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly user: string | undefined;
}

/** A proxy on 127.0.0.1 that asks for the user `user` with the password `open sesame`, where it asks for one. */
export class ProxyBed implements AsyncDisposable {
  readonly requests: ProxiedRequest[] = [];
  readonly #server: Server;

  private constructor(asksForUser: boolean) {
    this.#server = new Server({
      host: "127.0.0.1",
      port: 0,
      prepareRequestFunction: ({ request, username, password }) => {
        const { method = "", url: target = "", headers } = request;
        this.requests.push({ method, target, headers, user: username === "" ? undefined : username });
        return { requestAuthentication: asksForUser && !(username === "user" && password === "open sesame") };
      },
    });
  }

  static async start(options: { readonly asksForUser: boolean } = { asksForUser: false }): Promise<ProxyBed> {
    const bed = new ProxyBed(options.asksForUser);
    await bed.#server.listen();
    return bed;
  }

  get address(): string {
    return `127.0.0.1:${this.#server.port}`;
  }

  /** Its URL, without a user. */
  get url(): string {
    return `http://${this.address}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close(true);
  }
}

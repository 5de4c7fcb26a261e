import { messageOf, systemCodeOf } from "../base/failure.ts";
import type { Secret } from "../base/secret.ts";
import { basicAuthorization } from "../http/basic_authorization.ts";
import { formatAddress, isEveryAddress, type ListenAddress } from "../http/listen_address.ts";

/** How much of an answer is read, in bytes. */
const maxAnswerBytes = 64 * 2 ** 20;

/** An answer of the admin server, or why there was none. */
export type AdminAnswer =
  | { readonly type: "answer"; readonly status: number; readonly body: Uint8Array }
  | { readonly type: "failure"; readonly problem: string };

/** Who asks, where the admin server wants to know. */
export interface AdminCredentials {
  readonly username: string;
  readonly password: Secret;
}

/** Asks a running pyroduct's admin server. */
export class AdminClient {
  readonly #authorization: string | undefined;
  /** `host:port`, as it can be reached: an address of all is this machine's. */
  readonly address: string;
  readonly #timeoutMs: number;

  constructor({ host, port }: ListenAddress, timeoutMs: number, credentials?: AdminCredentials) {
    this.#authorization =
      credentials && basicAuthorization(credentials.username, credentials.password.reveal());
    this.address = formatAddress(isEveryAddress(host) ? "127.0.0.1" : host, port);
    this.#timeoutMs = timeoutMs;
  }

  /** Sends a request; never throws. */
  async ask(path: string, method: "GET" | "POST" = "GET", timeoutMs = this.#timeoutMs): Promise<AdminAnswer> {
    try {
      // A proxy of the environment is not for this machine's own servers.
      const response = await fetch(`http://${this.address}${path}`, {
        method,
        headers: this.#authorization === undefined ? {} : { authorization: this.#authorization },
        signal: AbortSignal.timeout(timeoutMs),
        redirect: "manual",
        proxy: false,
      });
      return { type: "answer", status: response.status, body: await bounded(response) };
    } catch (thrown) {
      const problem = systemCodeOf(thrown) === "ECONNREFUSED" ? "connection refused" : messageOf(thrown);
      return { type: "failure", problem };
    }
  }
}

async function bounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of response.body ?? []) {
    total += chunk.byteLength;
    if (total > maxAnswerBytes) throw new Error(`the answer is longer than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

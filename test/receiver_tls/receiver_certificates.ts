import { Certificates, type KeyPair } from "../transport/certificates.ts";

/** How clients may present themselves to a server that trusts the authority. */
export type ClientKind = "none" | "valid" | "of another authority" | "expired";

/** One authority, a server's certificate, and clients of every kind. */
export class ReceiverCertificates implements Disposable {
  readonly #made = new Certificates();
  readonly authority: KeyPair = this.#made.authority();
  readonly otherAuthority: KeyPair = this.#made.authority();
  readonly server: KeyPair = this.newServer();
  readonly #clients: Readonly<Record<Exclude<ClientKind, "none">, KeyPair>> = {
    valid: this.#client(this.authority, 2),
    "of another authority": this.#client(this.otherAuthority, 2),
    expired: this.#client(this.authority, -1),
  };

  /** A further certificate for 127.0.0.1. */
  newServer(): KeyPair {
    return this.#made.signed(this.authority, {
      names: "DNS:localhost,IP:127.0.0.1",
      usage: "serverAuth",
      days: 2,
    });
  }

  /** What such a client connects with. */
  client(kind: ClientKind) {
    const ca = this.authority.cert;
    if (kind === "none") return { ca };
    const { cert, key } = this.#clients[kind];
    return { ca, cert, key };
  }

  /** The valid client's certificate and key, in files. */
  get clientFiles(): KeyPair {
    return this.#clients.valid;
  }

  /** A path in the folder of the certificates. */
  file(name: string): string {
    return this.#made.file(name);
  }

  [Symbol.dispose](): void {
    this.#made[Symbol.dispose]();
  }

  #client(authority: KeyPair, days: number): KeyPair {
    return this.#made.signed(authority, { names: "DNS:client", usage: "clientAuth", days });
  }
}

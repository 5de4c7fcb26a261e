import { writeFileSync } from "node:fs";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { type LeafOrder, signCertificate } from "./sign_certificate.ts";

const dayMs = 86_400_000;

/** A certificate and its key, as PEM and in files. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** What a certificate is for. */
export interface CertificateRequest {
  /** Such as `DNS:localhost,IP:127.0.0.1`. */
  readonly names: string;
  readonly usage: "serverAuth" | "clientAuth";
  /** How long it holds from now on; one that has ended already is made with a negative number. */
  readonly days: number;
}

/** Authorities and certificates, in a folder of their own. */
export class Certificates implements Disposable {
  readonly #folder = new TemporaryFolder();
  #count = 0;

  /** A new authority that signs itself. */
  authority(): KeyPair {
    return this.#make(Date.now() + 2 * dayMs);
  }

  /** A certificate that the authority signs. */
  signed(authority: KeyPair, request: CertificateRequest): KeyPair {
    const { names, usage, days } = request;
    return this.#make(Date.now() + days * dayMs, { authorityKey: authority.key, names, usage });
  }

  /** A path in the folder. */
  file(name: string): string {
    return this.#folder.file(name);
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }

  #make(notAfterMs: number, leaf?: LeafOrder): KeyPair {
    this.#count += 1;
    const notBeforeMs = Math.min(Date.now(), notAfterMs) - dayMs;
    const { cert, key } = signCertificate({
      serial: this.#count,
      notBeforeMs,
      notAfterMs,
      ...(leaf === undefined ? {} : { leaf }),
    });
    const files = { certFile: this.file(`${this.#count}.pem`), keyFile: this.file(`${this.#count}.key`) };
    writeFileSync(files.certFile, cert);
    writeFileSync(files.keyFile, key, { mode: 0o600 });
    return { ...files, cert, key };
  }
}

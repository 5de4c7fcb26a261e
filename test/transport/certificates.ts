import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import type { CertificateOrder } from "./sign_certificate.ts";

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
    return this.#make({ notAfterMs: Date.now() + 2 * dayMs });
  }

  /** A certificate that the authority signs. */
  signed(authority: KeyPair, request: CertificateRequest): KeyPair {
    const { cert, key } = authority;
    const { names, usage, days } = request;
    return this.#make({ authority: { cert, key }, names, usage, notAfterMs: Date.now() + days * dayMs });
  }

  /** A path in the folder. */
  file(name: string): string {
    return this.#folder.file(name);
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }

  #make(request: Omit<CertificateOrder, "certFile" | "keyFile" | "serial" | "notBeforeMs">): KeyPair {
    this.#count += 1;
    const files = { certFile: this.file(`${this.#count}.pem`), keyFile: this.file(`${this.#count}.key`) };
    const notBeforeMs = Math.min(Date.now(), request.notAfterMs) - dayMs;
    const order: CertificateOrder = { ...request, ...files, serial: this.#count, notBeforeMs };
    const program = join(import.meta.dir, "sign_certificate.ts");
    const { exitCode, stderr } = Bun.spawnSync([process.execPath, program, JSON.stringify(order)]);
    if (exitCode !== 0) throw new Error(`the certificate was not made: ${stderr}`);
    return {
      ...files,
      cert: readFileSync(files.certFile, "utf8"),
      key: readFileSync(files.keyFile, "utf8"),
    };
  }
}

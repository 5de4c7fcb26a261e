import { readFileSync, writeFileSync } from "node:fs";
import { TemporaryFolder } from "../base/temporary_folder.ts";

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

/** Authorities and certificates that openssl makes in a folder of its own. */
export class Certificates implements Disposable {
  readonly #folder = new TemporaryFolder();
  #count = 0;

  /** A new authority that signs itself. */
  authority(): KeyPair {
    const pair = this.#newPair();
    openssl([
      ...["req", "-x509", ...newKey(pair.keyFile), "-out", pair.certFile, "-days", "2", "-subj", "/CN=Test"],
      ...["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"],
    ]);
    return read(pair);
  }

  /** A certificate that the authority signs. */
  signed(authority: KeyPair, request: CertificateRequest): KeyPair {
    const pair = this.#newPair();
    const [ask, extensions] = [`${pair.certFile}.csr`, `${pair.certFile}.ext`];
    writeFileSync(extensions, `subjectAltName=${request.names}\nextendedKeyUsage=${request.usage}\n`);
    openssl(["req", ...newKey(pair.keyFile), "-out", ask, "-subj", "/CN=test"]);
    openssl([
      ...["x509", "-req", "-in", ask, "-CA", authority.certFile, "-CAkey", authority.keyFile],
      ...[
        "-set_serial",
        `${this.#count}`,
        "-days",
        `${request.days}`,
        "-extfile",
        extensions,
        "-out",
        pair.certFile,
      ],
    ]);
    return read(pair);
  }

  /** A path in the folder. */
  file(name: string): string {
    return this.#folder.file(name);
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }

  #newPair() {
    this.#count += 1;
    return { certFile: this.file(`${this.#count}.pem`), keyFile: this.file(`${this.#count}.key`) };
  }
}

function newKey(file: string): readonly string[] {
  return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file];
}

function openssl(args: readonly string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(["openssl", ...args]);
  if (exitCode !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
}

function read(pair: { readonly certFile: string; readonly keyFile: string }): KeyPair {
  return { ...pair, cert: readFileSync(pair.certFile, "utf8"), key: readFileSync(pair.keyFile, "utf8") };
}

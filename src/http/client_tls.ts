import type { Clock } from "../base/clock.ts";
import type { Secret } from "../base/secret.ts";
import { WatchedFile } from "../base/watched_file.ts";
import { certificateProblem, keyProblem, tlsVersionNumbers } from "./server_tls.ts";

/** Names of the TLS versions that a client can ask for at least. */
export const clientTlsVersions = ["TLS10", "TLS11", "TLS12", "TLS13"] as const;

/** The arguments of a `tls_config` block. */
export interface ClientTlsArguments {
  readonly ca_pem?: string | undefined;
  readonly ca_file?: string | undefined;
  readonly cert_pem?: string | undefined;
  readonly cert_file?: string | undefined;
  readonly key_pem?: Secret | undefined;
  readonly key_file?: string | undefined;
  readonly insecure_skip_verify: boolean;
  readonly min_version: (typeof clientTlsVersions)[number];
  readonly server_name?: string | undefined;
}

/** TLS of a client, as fetch takes it. */
export interface ClientTlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name to verify the server's certificate against, and to send as SNI; the URL's host otherwise. */
  readonly serverName?: string;
  /** Always said, since an environment variable would decide otherwise. */
  readonly rejectUnauthorized: boolean;
  /** The protocol's own number, 0x0303 for TLS 1.2. Bun's fetch takes it, though its types do not say so. */
  readonly minVersion: number;
}

/** What holds where there is no `tls_config`: the system's authorities, TLS 1.2 and newer. */
export const defaultClientTls: ClientTlsOptions = {
  rejectUnauthorized: true,
  minVersion: tlsVersionNumbers.TLS12,
};

/** The parts of TLS that may stand in the configuration or in a file. */
const parts = ["ca", "cert", "key"] as const;

type Part = (typeof parts)[number];

/** A client's TLS, from the configuration and from files that may change. */
export class ClientTls {
  readonly #args: ClientTlsArguments;
  readonly #files: ReadonlyMap<Part, WatchedFile>;

  /** @throws where a file can't be read. */
  constructor(args: ClientTlsArguments, clock: Clock) {
    this.#args = args;
    const files = parts.flatMap((part) => {
      const path = args[`${part}_file`];
      return path === undefined ? [] : [[part, new WatchedFile(path, clock)] as const];
    });
    this.#files = new Map(files);
  }

  /** TLS as the configuration and the files are now. */
  current(): ClientTlsOptions {
    const { server_name: serverName, insecure_skip_verify, min_version } = this.#args;
    const [ca, cert, key] = parts.map((part) => this.#pem(part));
    return {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(serverName === undefined ? {} : { serverName }),
      rejectUnauthorized: !insecure_skip_verify,
      minVersion: tlsVersionNumbers[min_version],
    };
  }

  /** Follows the files; `onChange` is called after each change. */
  start(onChange: () => void): void {
    for (const file of this.#files.values()) file.start(onChange);
  }

  stop(): void {
    for (const file of this.#files.values()) file.stop();
  }

  #pem(part: Part): string | undefined {
    const inline = part === "key" ? this.#args.key_pem?.reveal() : this.#args[`${part}_pem`];
    return inline ?? this.#files.get(part)?.content;
  }
}

/** A part of TLS that can't be used, and why. */
export interface ClientTlsProblem {
  readonly part: Part;
  readonly message: string;
}

/** The first part that can't be used; undefined where all can. Never shows a key. */
export function clientTlsProblem({ ca, cert, key }: ClientTlsOptions): ClientTlsProblem | undefined {
  const messages: Readonly<Record<Part, string | undefined>> = {
    ca: ca === undefined ? undefined : authoritiesProblem(ca),
    cert: cert === undefined ? undefined : certificateProblem(cert),
    key: key === undefined || cert === undefined ? undefined : keyProblem(key, cert),
  };
  for (const part of parts) {
    const message = messages[part];
    if (message !== undefined) return { part, message };
  }
  return undefined;
}

function authoritiesProblem(pem: string): string | undefined {
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [pem];
  return certificates.map(certificateProblem).find((problem) => problem !== undefined);
}

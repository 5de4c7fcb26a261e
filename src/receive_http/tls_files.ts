import type { Clock } from "../base/clock.ts";
import { WatchedFile } from "../base/watched_file.ts";
import { certificateProblem, keyProblem, type ServerTls, serverTls } from "../http/server_tls.ts";
import type { TlsArguments } from "./schema.ts";

/** A server's TLS, from the configuration and from files that may change. */
export class TlsFiles {
  readonly #args: TlsArguments;
  readonly #files: ReadonlyMap<string, WatchedFile>;

  /** @throws where a file can't be read. */
  constructor(args: TlsArguments, clock: Clock) {
    this.#args = args;
    const paths = [args.cert_file, args.key_file, clientCaFile(args)].filter((path) => path !== undefined);
    this.#files = new Map(paths.map((path) => [path, new WatchedFile(path, clock)]));
  }

  /** TLS as the files are now; a text where they can't be used. */
  current(): ServerTls | string {
    const cert = this.#args.cert_pem ?? this.#read(this.#args.cert_file) ?? "";
    const key = this.#args.key_pem?.reveal() ?? this.#read(this.#args.key_file) ?? "";
    const clientCa = clientCaPem(this.#args) ?? this.#read(clientCaFile(this.#args));
    const problem =
      named("the certificate", certificateProblem(cert)) ??
      named("the key", keyProblem(key, cert)) ??
      (clientCa === undefined ? undefined : named("the client CA", certificateProblem(clientCa)));
    if (problem !== undefined) return problem;
    const {
      client_auth_type: clientAuthType,
      min_version: minVersion,
      cipher_suites: cipherSuites,
    } = this.#args;
    return serverTls({ cert, key, clientCa, clientAuthType, minVersion, cipherSuites });
  }

  /** Follows the files; `onChange` is called after each change. */
  start(onChange: () => void): void {
    for (const file of this.#files.values()) file.start(onChange);
  }

  stop(): void {
    for (const file of this.#files.values()) file.stop();
  }

  #read(path: string | undefined): string | undefined {
    return path === undefined ? undefined : this.#files.get(path)?.content;
  }
}

/** The PEM of the client authorities that stands in the configuration, under either of its names. */
export function clientCaPem(args: TlsArguments): string | undefined {
  return args.client_ca ?? args.client_ca_pem;
}

function clientCaFile(args: TlsArguments): string | undefined {
  return args.client_ca_file;
}

function named(what: string, problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `${what} ${problem}`;
}

import { Certificates, type KeyPair } from "../transport/certificates.ts";
import { type PyroductConfig, PyroductProcess } from "../wire/pyroduct_process.ts";
import { type CaseSink, callHeader, startCaseSink } from "./case_sink.ts";
import type { Doors } from "./clients.ts";
import { grpcAddress } from "./grpc_address.ts";
import { maxBodyBytes } from "./push_cases.ts";

/** A pyroduct that runs, with TLS and without, and where it forwards to. */
export interface CaseBed {
  readonly pyroduct: PyroductProcess;
  readonly doors: Doors;
  readonly sink: CaseSink;
  /** PEM of the authority that signed pyroduct's certificate. */
  readonly caFile: string;
}

const plain = "pyroscope.receive_http.plain";
const tls = "pyroscope.receive_http.tls";

/** Starts both; they end with `resources`. */
export async function startCaseBed(resources: AsyncDisposableStack): Promise<CaseBed> {
  const certificates = resources.use(new Certificates());
  const authority = certificates.authority();
  const server = certificates.signed(authority, { names: "IP:127.0.0.1", usage: "serverAuth", days: 2 });
  const sink = resources.use(startCaseSink());
  const pyroduct = resources.use(await PyroductProcess.start(configOf(sink.url, server)));
  const doors = {
    main: `http://${pyroduct.address((id) => id === plain)}`,
    mainTls: `https://${pyroduct.address((id) => id === tls)}`,
    grpc: `http://${grpcAddress(pyroduct, plain)}`,
    grpcTls: `https://${grpcAddress(pyroduct, tls)}`,
  };
  return { pyroduct, doors, sink, caFile: authority.certFile };
}

function configOf(sinkUrl: string, { certFile, keyFile }: KeyPair): PyroductConfig {
  const http = { listen_address: "127.0.0.1", listen_port: 0, max_body_size: maxBodyBytes };
  const receiver = {
    http,
    grpc: {},
    forward_headers: [callHeader],
    forward_to: ["pyroscope.write.w.receiver"],
  };
  return {
    "pyroscope.receive_http": {
      plain: receiver,
      tls: { ...receiver, http: { ...http, tls: { cert_file: certFile, key_file: keyFile } } },
    },
    "pyroscope.write": { w: { endpoint: { url: sinkUrl, max_backoff_retries: 1 } } },
  };
}

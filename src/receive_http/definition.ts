import { systemClock } from "../base/clock.ts";
import { checkExclusive, checkFiles } from "../component/argument_checks.ts";
import {
  type ComponentDefinition,
  defineComponent,
  type ReportProblem,
  type Surroundings,
} from "../component/definition.ts";
import { checkAuth } from "./auth_arguments.ts";
import { ReceiveHttpComponent } from "./component.ts";
import { listeningAddresses } from "./listening.ts";
import { type ReceiveHttpArguments, receiveHttpSchema, type TlsArguments } from "./schema.ts";
import { TlsFiles } from "./tls_files.ts";

/** pyroscope.receive_http: takes profiles over HTTP. */
export const receiveHttpDefinition: ComponentDefinition = defineComponent<ReceiveHttpArguments>({
  type: "pyroscope.receive_http",
  description: "Takes profiles from SDKs and agents over HTTP.",
  schema: receiveHttpSchema,
  isReceiver: false,
  check: (args, report, surroundings) => {
    const { tls, auth } = args.http;
    checkForwardHeaders(args.forward_headers, report, surroundings);
    const below = (key: string): ReportProblem => {
      return (path, message, fix) => report(["http", key, ...path], message, fix);
    };
    if (tls !== undefined) checkTls(tls, below("tls"));
    if (auth !== undefined) checkAuth(auth, below("auth"));
    for (const { path, host } of listeningAddresses(args))
      checkHost([...path.slice(0, -1), "listen_address"], host, report);
  },
  listensOn: listeningAddresses,
  build: (args, context) => new ReceiveHttpComponent(args, context),
});

function checkHost(path: readonly (string | number)[], host: string, report: ReportProblem): void {
  const [, name, port] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(host) ?? [];
  if (port !== undefined) {
    const fix = `write listen_address: "${name}" and listen_port: ${port}`;
    report(path, "must be a host name or an address, without a port", fix);
  } else if (/[/[\]\s]/.test(host)) {
    report(path, "must be a host name or an address", 'write such as 0.0.0.0, "::" or 127.0.0.1');
  }
}

/** Headers whose values are credentials, which must not lie on a disk. */
const credentialHeaders: readonly string[] = ["authorization", "cookie"];

function checkForwardHeaders(
  names: readonly string[],
  report: ReportProblem,
  { storingHeaders: [storing] }: Surroundings,
): void {
  if (storing === undefined) return;
  names.forEach((name, index) => {
    if (!credentialHeaders.includes(name.toLowerCase())) return;
    const message = `holds credentials, and ${storing} would write them into its queue: use type memory there, or forward another header`;
    report(["forward_headers", index], message);
  });
}

const exclusive = [
  ["cert_pem", "cert_file"],
  ["key_pem", "key_file"],
  ["client_ca", "client_ca_pem"],
  ["client_ca", "client_ca_file"],
  ["client_ca_pem", "client_ca_file"],
] as const;

const files = ["cert_file", "key_file", "client_ca_file"] as const;

function checkTls(tls: TlsArguments, report: ReportProblem): void {
  let problems = 0;
  const count: ReportProblem = (path, message, fix) => {
    problems += 1;
    report(path, message, fix);
  };
  checkExclusive(tls, exclusive, count);
  checkFiles(tls, files, count);
  if (tls.cert_pem === undefined && tls.cert_file === undefined) {
    count([], "needs cert_pem or cert_file", "add cert_file: with the server's certificate");
  }
  if (tls.key_pem === undefined && tls.key_file === undefined) {
    count([], "needs key_pem or key_file", "add key_file: with the certificate's key");
  }
  const hasClientCa = [tls.client_ca, tls.client_ca_pem, tls.client_ca_file].some((ca) => ca !== undefined);
  const verifies = /^(VerifyClientCertIfGiven|RequireAndVerifyClientCert)$/.test(tls.client_auth_type);
  if (hasClientCa && tls.client_auth_type === "NoClientCert") {
    const fix = "add client_auth_type: RequireAndVerifyClientCert, or take the client CA out";
    count(
      ["client_auth_type"],
      "a client CA has no use with NoClientCert: ask for a client certificate",
      fix,
    );
  }
  if (verifies && !hasClientCa) {
    const fix = "add client_ca_file: with the authorities that sign the clients' certificates";
    count(["client_auth_type"], "needs client_ca, client_ca_pem or client_ca_file", fix);
  }
  if (problems > 0) return;
  const usable = new TlsFiles(tls, systemClock).current();
  if (typeof usable === "string") report([], usable);
}

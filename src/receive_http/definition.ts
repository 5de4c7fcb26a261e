import { systemClock } from "../base/clock.ts";
import { checkExclusive, checkFiles } from "../component/argument_checks.ts";
import { type ComponentDefinition, defineComponent, type ReportProblem } from "../component/definition.ts";
import { checkAuth } from "./auth_arguments.ts";
import { ReceiveHttpComponent } from "./component.ts";
import { type ReceiveHttpArguments, receiveHttpSchema, type TlsArguments } from "./schema.ts";
import { TlsFiles } from "./tls_files.ts";

/** pyroscope.receive_http: takes profiles over HTTP. */
export const receiveHttpDefinition: ComponentDefinition = defineComponent<ReceiveHttpArguments>({
  type: "pyroscope.receive_http",
  description: "Takes profiles from SDKs and agents over HTTP.",
  schema: receiveHttpSchema,
  isReceiver: false,
  check: (args, report) => {
    const { tls, auth } = args.http;
    if (tls !== undefined) checkTls(tls, (path, message) => report(["http", "tls", ...path], message));
    if (auth !== undefined) checkAuth(auth, (path, message) => report(["http", "auth", ...path], message));
  },
  build: (args, context) => new ReceiveHttpComponent(args, context),
});

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
  const count: ReportProblem = (path, message) => {
    problems += 1;
    report(path, message);
  };
  checkExclusive(tls, exclusive, count);
  checkFiles(tls, files, count);
  if (tls.cert_pem === undefined && tls.cert_file === undefined) count([], "needs cert_pem or cert_file");
  if (tls.key_pem === undefined && tls.key_file === undefined) count([], "needs key_pem or key_file");
  const hasClientCa = [tls.client_ca, tls.client_ca_pem, tls.client_ca_file].some((ca) => ca !== undefined);
  const verifies = /^(VerifyClientCertIfGiven|RequireAndVerifyClientCert)$/.test(tls.client_auth_type);
  if (hasClientCa && tls.client_auth_type === "NoClientCert") {
    count(["client_auth_type"], "a client CA has no use with NoClientCert: ask for a client certificate");
  }
  if (verifies && !hasClientCa)
    count(["client_auth_type"], "needs client_ca, client_ca_pem or client_ca_file");
  if (problems > 0) return;
  const usable = new TlsFiles(tls, systemClock).current();
  if (typeof usable === "string") report([], usable);
}

import { readFileSync } from "node:fs";
import { messageOf } from "../base/failure.ts";
import { type ComponentDefinition, defineComponent, type ReportProblem } from "../component/definition.ts";
import { WriteComponent } from "./component.ts";
import { type EndpointArguments, type WriteArguments, writeSchema } from "./schema.ts";

/** pyroscope.write: sends profiles to Pyroscope. */
export const writeDefinition: ComponentDefinition = defineComponent<WriteArguments>({
  type: "pyroscope.write",
  description: "Sends profiles to Pyroscope, or to anything else that takes them.",
  schema: writeSchema,
  isReceiver: true,
  check: (args, report) => {
    args.endpoint.forEach((endpoint, index) => {
      checkEndpoint(endpoint, (path, message) => report(["endpoint", index, ...path], message));
    });
  },
  build: (args, context) => new WriteComponent(args, context),
});

const authKeys = ["basic_auth", "bearer_token", "bearer_token_file", "authorization"] as const;

/** Pairs of arguments of which only one may be given, below the mapping that holds them. */
const exclusive = [
  [["basic_auth"], "password", "password_file"],
  [["authorization"], "credentials", "credentials_file"],
  [["tls_config"], "ca_pem", "ca_file"],
  [["tls_config"], "cert_pem", "cert_file"],
  [["tls_config"], "key_pem", "key_file"],
] as const;

const files = [
  [[], "bearer_token_file"],
  [["basic_auth"], "password_file"],
  [["authorization"], "credentials_file"],
  [["tls_config"], "ca_file"],
  [["tls_config"], "cert_file"],
  [["tls_config"], "key_file"],
] as const;

function checkEndpoint(endpoint: EndpointArguments, report: ReportProblem): void {
  const auth = authKeys.filter((key) => endpoint[key] !== undefined);
  if (auth.length > 1)
    report([auth[1] ?? ""], `only one way to authenticate is possible, and ${auth[0]} is given too`);
  if (endpoint.authorization?.type.toLowerCase() === "basic") {
    report(["authorization", "type"], "must not be Basic: use basic_auth");
  }
  if (endpoint.min_backoff_period > endpoint.max_backoff_period) {
    report(["min_backoff_period"], "must not be longer than max_backoff_period");
  }
  const { tls_config: tls } = endpoint;
  if (tls !== undefined && hasOne(tls.cert_pem, tls.cert_file) !== hasOne(tls.key_pem, tls.key_file)) {
    report(["tls_config"], "a client certificate and its key must be given together");
  }
  for (const [path, one, other] of exclusive) {
    const values = valueAt(endpoint, path);
    if (values[one] !== undefined && values[other] !== undefined) report([...path, other], `excludes ${one}`);
  }
  for (const [path, key] of files) {
    const file = valueAt(endpoint, path)[key];
    const problem = typeof file === "string" ? readProblem(file) : undefined;
    if (problem !== undefined) report([...path, key], problem);
  }
}

function hasOne(...values: readonly unknown[]): boolean {
  return values.some((value) => value !== undefined);
}

function valueAt(endpoint: EndpointArguments, path: readonly string[]): Readonly<Record<string, unknown>> {
  let value: unknown = endpoint;
  for (const key of path) value = (value as Record<string, unknown>)[key] ?? {};
  return value as Record<string, unknown>;
}

function readProblem(path: string): string | undefined {
  try {
    readFileSync(path);
    return undefined;
  } catch (thrown) {
    return `can't be read: ${messageOf(thrown)}`;
  }
}

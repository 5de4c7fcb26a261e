import * as v from "valibot";
import { CodedError } from "../../base/failure.ts";
import type { ReportProblem } from "../../component/definition.ts";
import { writeDefinition } from "../../write/definition.ts";
import { type WriteArguments, writeSchema } from "../../write/schema.ts";

/** The flags that say where profiles go and who sends them. */
export interface DestinationFlags {
  readonly url: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly bearerTokenFile?: string;
  readonly tenant?: string;
  readonly header: readonly string[];
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly insecureSkipVerify?: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that hold what must not stand in a command line, which every user of the machine can see. */
const passwordVariable = "PYRODUCT_PASSWORD";
const tokenVariable = "PYRODUCT_BEARER_TOKEN";

/** How often a file is tried at most. */
const attempts = 4;

/**
 * The arguments of a pyroscope.write with the one endpoint that the flags name.
 *
 * @throws CodedError `invalid_argument` with everything that is wrong with the flags, a line each.
 */
export function destinationOf(
  flags: DestinationFlags,
  timeoutMs: number,
  environment: Environment,
): WriteArguments {
  const problems: string[] = [];
  const parsed = v.safeParse(writeSchema, { endpoint: [endpointOf(flags, timeoutMs, environment)] });
  for (const issue of parsed.issues ?? [])
    problems.push(
      worded(
        issue.path?.map(({ key }) => key),
        issue.message,
      ),
    );
  if (parsed.success) {
    const report: ReportProblem = (path, message, fix) => problems.push(worded(path, message, fix));
    writeDefinition.check?.(parsed.output, report, { storingHeaders: [] });
  }
  if (parsed.success && problems.length === 0) return parsed.output;
  throw new CodedError("invalid_argument", problems.join("\n"));
}

function endpointOf(flags: DestinationFlags, timeoutMs: number, environment: Environment): object {
  const tls = given({
    ca_file: flags.caFile,
    cert_file: flags.certFile,
    key_file: flags.keyFile,
    insecure_skip_verify: flags.insecureSkipVerify,
  });
  return {
    url: flags.url,
    remote_timeout: `${timeoutMs}ms`,
    max_backoff_retries: attempts,
    proxy_from_environment: true,
    headers: headersOf(flags),
    ...credentials(flags, environment),
    ...(Object.keys(tls).length === 0 ? {} : { tls_config: tls }),
  };
}

function credentials(flags: DestinationFlags, environment: Environment): object {
  const { username, passwordFile, bearerTokenFile } = flags;
  if (username === undefined && passwordFile !== undefined) {
    throw new CodedError("invalid_argument", "--password-file goes with --username: add it");
  }
  const user =
    username === undefined
      ? undefined
      : {
          basic_auth: given({
            username,
            password_file: passwordFile,
            password: passwordFile === undefined ? environment[passwordVariable] : undefined,
          }),
        };
  // The environment counts where the command line says nothing of who sends.
  const token = user === undefined && bearerTokenFile === undefined ? environment[tokenVariable] : undefined;
  return { ...user, ...given({ bearer_token_file: bearerTokenFile, bearer_token: token }) };
}

function headersOf({ tenant, header }: DestinationFlags): Readonly<Record<string, string>> {
  const headers = new Map<string, string>();
  if (tenant !== undefined) headers.set("X-Scope-OrgID", tenant);
  for (const text of header) {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      throw new CodedError("invalid_argument", '--header expects "Name: value", such as "X-Team: payments"');
    }
    if (name.toLowerCase() === "authorization") {
      const instead = "--username with --password-file, or --bearer-token-file";
      throw new CodedError(
        "invalid_argument",
        `--header must not hold Authorization, since other users can see a command line: use ${instead}`,
      );
    }
    headers.set(name, value);
  }
  return Object.fromEntries(headers);
}

/** The flags that stand for arguments. */
const flagNames: Readonly<Record<string, string>> = {
  url: "--url",
  bearer_token: `$${tokenVariable}`,
  bearer_token_file: "--bearer-token-file",
  password: `$${passwordVariable}`,
  password_file: "--password-file",
  basic_auth: "--username",
  username: "--username",
  headers: "--header or --tenant",
  tls_config: "--cert-file and --key-file",
  ca_file: "--ca-file",
  cert_file: "--cert-file",
  key_file: "--key-file",
  proxy_from_environment: "the environment",
};

function worded(path: readonly unknown[] = [], message: string, fix?: string): string {
  const keys = path.map(String).filter((key) => Object.hasOwn(flagNames, key));
  const flag = flagNames[keys.at(-1) ?? ""] ?? path.join(".");
  // Fixes that name arguments are for configurations.
  const advice = fix === undefined || /_|:/.test(fix) ? "" : `: ${fix}`;
  return `${flag}: ${message}${advice}`;
}

function given(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

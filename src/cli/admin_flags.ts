import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { CodedError, systemCodeOf } from "../base/failure.ts";
import { Secret } from "../base/secret.ts";
import { fileProblem } from "../component/argument_checks.ts";
import { type AdminAddress, adminAt, toAdminAddress } from "./admin_address.ts";
import { AdminClient, type AdminCredentials } from "./admin_client.ts";
import { defaultAdmin } from "./first_run.ts";

/** The flags of commands that ask a running pyroduct. */
export interface AdminFlags {
  /** `--server`, by its other name. */
  readonly "server.http.listenAddr": AdminAddress;
  readonly username?: string;
  readonly passwordFile?: string;
}

/** The variable that holds the password where no file does. */
const passwordVariable = "PYRODUCT_PASSWORD";

/** Adds the flags that say where the admin server is and who asks it. */
export function addAdminFlags(command: Command): Command {
  const address = adminAt(defaultAdmin);
  return command
    .addOption(
      // The flag of `run` that gives it its address is taken too, so that one can be copied to the other.
      new Option(
        "--server, --server.http.listen-addr <address>",
        "the running pyroduct's admin server, as host:port or a URL",
      )
        .argParser(toAdminAddress)
        .default(address, address.name),
    )
    .option("--username <name>", "user of the admin server, where it has --server.http.auth-file")
    .option("--password-file <file>", `file that holds the password, else it is in $${passwordVariable}`);
}

/**
 * A client of the admin server that the flags name.
 *
 * @param timeoutMs how long each answer may take, in milliseconds.
 * @throws CodedError `invalid_argument` where there is no password, or it can't be read.
 */
export function adminClient(flags: AdminFlags, timeoutMs: number): AdminClient {
  return new AdminClient(flags["server.http.listenAddr"], timeoutMs, credentialsOf(flags));
}

function credentialsOf({ username, passwordFile }: AdminFlags): AdminCredentials | undefined {
  if (username === undefined) {
    if (passwordFile === undefined) return undefined;
    throw new CodedError("invalid_argument", "--password-file goes with --username: add it");
  }
  const password = passwordFile === undefined ? process.env[passwordVariable] : passwordIn(passwordFile);
  if (password !== undefined) return { username, password: new Secret(password) };
  throw new CodedError(
    "invalid_argument",
    `--username goes with a password: --password-file, or $${passwordVariable}`,
  );
}

function passwordIn(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (thrown) {
    const { message, fix } = fileProblem(systemCodeOf(thrown));
    throw new CodedError("invalid_argument", `${file}: ${message}${fix === undefined ? "" : `: ${fix}`}`);
  }
}

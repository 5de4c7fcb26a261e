import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { CodedError, systemCodeOf } from "../base/failure.ts";
import { Secret } from "../base/secret.ts";
import { fileProblem } from "../component/argument_checks.ts";
import { formatAddress, type ListenAddress } from "../http/listen_address.ts";
import { AdminClient, type AdminCredentials } from "./admin_client.ts";
import { defaultAdmin } from "./first_run.ts";
import { toAddress } from "./flag_values.ts";

/** The flags of commands that ask a running pyroduct. */
export interface AdminFlags {
  readonly "server.http.listenAddr": ListenAddress;
  readonly username?: string;
  readonly passwordFile?: string;
}

/** The variable that holds the password where no file does. */
const passwordVariable = "PYRODUCT_PASSWORD";

/** The flag that says where the admin server is. */
export function adminOption(description: string): Option {
  return new Option("--server.http.listen-addr <address>", description)
    .argParser(toAddress)
    .default(defaultAdmin, formatAddress(defaultAdmin.host, defaultAdmin.port));
}

/** Adds the flags that say where the admin server is and who asks it. */
export function addAdminFlags(command: Command): Command {
  return command
    .addOption(adminOption("where the running pyroduct's admin server is"))
    .option("--username <name>", "user of the admin server, where it has --server.http.auth-file")
    .option(
      "--password-file <file>",
      "file that holds the password, which may be in $PYRODUCT_PASSWORD instead",
    );
}

/**
 * A client of the admin server that the flags name.
 *
 * @throws CodedError `invalid_argument` where the password can't be read.
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
  return { username, password: new Secret(password ?? "") };
}

function passwordIn(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (thrown) {
    const { message, fix } = fileProblem(systemCodeOf(thrown));
    throw new CodedError("invalid_argument", `${file}: ${message}${fix === undefined ? "" : `: ${fix}`}`);
  }
}

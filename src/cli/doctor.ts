import { type Command, Option } from "commander";
import { builtInConfig, configFile } from "../controller/config_source.ts";
import { type AdminFlags, addAdminFlags, adminClient } from "./admin_flags.ts";
import { examine } from "./doctor/examine.ts";
import { hasFailed } from "./doctor/finding.ts";
import { formatGroups, groupsAsJson } from "./doctor/report.ts";
import { defaultListen, firstRunConfig } from "./first_run.ts";
import { toDuration } from "./flag_values.ts";
import { defaultStoragePath } from "./storage_path.ts";

/** The flags of `pyroduct doctor`. */
interface DoctorFlags extends AdminFlags {
  readonly "storage.path": string;
  readonly timeout: number;
  /** False where --no-profile is given. */
  readonly profile: boolean;
  readonly beforeStart?: boolean;
  readonly json?: boolean;
}

/** Adds the command that examines a set-up. */
export function addDoctor(program: Command, exitWith: (status: number) => void): void {
  const command = program
    .command("doctor")
    .description("examine a set-up from end to end: configuration, process, machine and every endpoint")
    .argument("[config]", "the configuration; without it that of a first run");
  addAdminFlags(command)
    .option("--storage.path <folder>", "where state is kept", defaultStoragePath(process.env))
    .addOption(
      new Option("--timeout <duration>", "how long each step may take")
        .argParser(toDuration)
        .default(5000, "5s"),
    )
    .option("--no-profile", "send no profiles")
    .option("--before-start", "pyroduct does not run yet: its ports must be free")
    .option("--json", "print the findings as JSON, for programs")
    .action(async (configPath: string | undefined, flags: DoctorFlags) =>
      exitWith(await doctor(configPath, flags)),
    );
}

/** @returns the exit status: 1 where anything failed. */
async function doctor(configPath: string | undefined, flags: DoctorFlags): Promise<number> {
  const groups = await examine({
    source:
      configPath === undefined ? builtInConfig(firstRunConfig(defaultListen, [])) : configFile(configPath),
    admin: adminClient(flags, flags.timeout),
    adminAddress: flags["server.http.listenAddr"],
    storagePath: flags["storage.path"],
    timeoutMs: flags.timeout,
    sendsProfiles: flags.profile,
    isRunning: flags.beforeStart !== true,
  });
  process.stdout.write(
    flags.json ? `${JSON.stringify(groupsAsJson(groups), null, 2)}\n` : formatGroups(groups, process.stdout),
  );
  return hasFailed(groups) ? 1 : 0;
}

import { Argument, type Command } from "commander";
import { commit, version } from "../base/version.ts";
import { formatAddress, type ListenAddress } from "../http/listen_address.ts";
import { adminOption } from "./admin_flags.ts";
import { addConvert } from "./convert.ts";
import { addDoctor } from "./doctor.ts";
import { defaultAdmin } from "./first_run.ts";
import { addPrint } from "./print_commands.ts";
import { type ProbeName, probe, probes } from "./probe.ts";
import { addQueue } from "./queue_commands.ts";
import { addSend } from "./send.ts";
import { addSupportBundle } from "./support_bundle.ts";
import { type ValidateOptions, validate } from "./validate.ts";
import { view } from "./view.ts";

/** The flags of `probe`. */
interface ProbeFlags {
  readonly "server.http.listenAddr": ListenAddress;
}

/** Adds the commands that are about pyroduct, rather than pyroduct itself. */
export function addFurtherCommands(program: Command, exitWith: (status: number) => void): void {
  addQueue(program, `http://${formatAddress(defaultAdmin.host, defaultAdmin.port)}`);

  program
    .command("validate")
    .description("check a configuration and print everything that is wrong with it")
    .argument("<config>", "a YAML or JSON file, or - for standard input")
    .option("--json", "print the problems as JSON, for programs")
    .action((path: string, options: ValidateOptions) => exitWith(validate(path, options)));

  addSend(program, exitWith);
  addDoctor(program, exitWith);
  addSupportBundle(program, exitWith);

  addConvert(program, exitWith);

  addPrint(program);

  program
    .command("probe")
    .description("ask a pyroduct on this machine how it does; exit status 0 where the answer is good")
    .addArgument(
      new Argument("[question]", "what to ask").choices(probes).default("ready" satisfies ProbeName),
    )
    .addOption(adminOption("where its admin server is"))
    .action(async (question: ProbeName, flags: ProbeFlags) => {
      exitWith(await probe(question, flags["server.http.listenAddr"]));
    });
  program
    .command("view")
    .description("open a pprof, JFR or folded file as a flame graph in the browser")
    .argument("<file>", "a profile, gzipped or not")
    .option("--no-open", "print the URL and leave the browser alone")
    .action(async (path: string, flags: { readonly open: boolean }) => {
      exitWith(await view({ path, isOpening: flags.open }));
    });

  program
    .command("version")
    .description("print the version, the commit and the version of Bun")
    .action(() => {
      process.stdout.write(
        `pyroduct ${version} (commit ${commit}, bun ${Bun.version}, ${process.platform}-${process.arch})\n`,
      );
    });
}

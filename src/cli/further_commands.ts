import type { Command } from "commander";
import { commit, version } from "../base/version.ts";
import { addConvert } from "./convert.ts";
import { addDoctor } from "./doctor.ts";
import { addPrint } from "./print_commands.ts";
import { addProbe } from "./probe.ts";
import { addQueue } from "./queue_commands.ts";
import { addSend } from "./send.ts";
import { addSupportBundle } from "./support_bundle.ts";
import { type ValidateOptions, validate } from "./validate.ts";
import { view } from "./view.ts";

/** Adds the commands that are about pyroduct, rather than pyroduct itself. */
export function addFurtherCommands(program: Command, exitWith: (status: number) => void): void {
  addQueue(program);

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

  addProbe(program, exitWith);

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

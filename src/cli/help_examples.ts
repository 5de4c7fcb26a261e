import type { Command } from "commander";
import { homepage } from "../base/version.ts";

/** What is often wanted of a command, by its name. */
const examples: Readonly<Record<string, readonly string[]>> = {
  run: [
    "pyroduct run",
    "pyroduct run --listen 0.0.0.0:4040 --forward-to http://pyroscope:4040",
    "pyroduct run pyroduct.yaml --config.watch",
  ],
  validate: ["pyroduct validate pyroduct.yaml"],
  send: [
    "pyroduct send cpu.pprof",
    "pyroduct send --url http://pyroscope:4040 --name my.app --label region=eu-west --tenant blue cpu.pprof",
  ],
  doctor: ["pyroduct doctor pyroduct.yaml", "pyroduct doctor pyroduct.yaml --before-start"],
  "support-bundle": [
    "pyroduct support-bundle",
    "pyroduct support-bundle --server pyroduct:12345 --username ops --password-file password.txt",
  ],
  convert: ["pyroduct convert config.alloy -o pyroduct.yaml"],
};

/** Has the help of the program say where to read on, and that of some commands how they are often called. */
export function addExamples(program: Command): void {
  program.addHelpText(
    "after",
    `
Recipes:          ${homepage}#recipes
Troubleshooting:  ${homepage}#troubleshooting, or pyroduct doctor`,
  );
  for (const command of program.commands) {
    const lines = examples[command.name()];
    if (lines !== undefined) command.addHelpText("after", `\nExamples:\n  ${lines.join("\n  ")}`);
  }
}

import type { Command } from "commander";
import { bashCompletion } from "./completion/bash.ts";
import { type CommandNode, commandTree } from "./completion/command_tree.ts";
import { fishCompletion } from "./completion/fish.ts";
import { zshCompletion } from "./completion/zsh.ts";

/** The shells that there is completion for. */
export const shells = ["bash", "zsh", "fish"] as const;

/** One of the shells. */
export type Shell = (typeof shells)[number];

const completions: Readonly<Record<Shell, (tree: CommandNode) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** A shell's completion of a program, made from its commands as they are. */
export function completion(program: Command, shell: Shell): string {
  return completions[shell](commandTree(program));
}

import type { Argument, Command, Option } from "commander";

/** What may stand where a value is expected. */
export type ValueKind =
  | { readonly type: "words"; readonly words: readonly string[] }
  | { readonly type: "file" }
  | { readonly type: "folder" }
  /** Something that nobody can guess. */
  | { readonly type: "free" };

/** A flag of a command. */
export interface FlagNode {
  /** `-h`, `--help`: each way to write it. */
  readonly names: readonly string[];
  readonly description: string;
  /** Undefined where it takes no value. */
  readonly value: ValueKind | undefined;
}

/** A command with all that can follow it. */
export interface CommandNode {
  /** The words that lead to it after the program's name; none for the program itself. */
  readonly path: readonly string[];
  readonly name: string;
  readonly description: string;
  readonly commands: readonly CommandNode[];
  readonly flags: readonly FlagNode[];
  /** What each word after it that is no flag may be; the last one's holds for those after it if it repeats. */
  readonly values: readonly ValueKind[];
}

/** The commands, flags and values that commander knows, as it shows them in its help. */
export function commandTree(command: Command, path: readonly string[] = []): CommandNode {
  const help = command.createHelp();
  return {
    path,
    name: command.name(),
    description: command.description(),
    commands: help.visibleCommands(command).map((one) => commandTree(one, [...path, one.name()])),
    flags: help.visibleOptions(command).map(flagNode),
    values: command.registeredArguments.map(valueKind),
  };
}

/** A command and all below it. */
export function allCommands(node: CommandNode): readonly CommandNode[] {
  return [node, ...node.commands.flatMap(allCommands)];
}

function flagNode(option: Option): FlagNode {
  const names = [option.short, option.long].filter((name) => name !== undefined);
  const takesValue = option.required || option.optional;
  return {
    names,
    description: option.description,
    value: takesValue ? kindOf(/[<[]([^>\]]*)/.exec(option.flags)?.[1] ?? "", option.argChoices) : undefined,
  };
}

function valueKind(argument: Argument): ValueKind {
  return kindOf(argument.name(), argument.argChoices);
}

// A help text calls a value by what it is.
function kindOf(name: string, words: readonly string[] | undefined): ValueKind {
  if (words !== undefined) return { type: "words", words };
  if (/^(config|file|files|executable)\b/.test(name)) return { type: "file" };
  if (/^folder\b/.test(name)) return { type: "folder" };
  return { type: "free" };
}

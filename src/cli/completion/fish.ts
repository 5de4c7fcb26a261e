import { allCommands, type CommandNode, type FlagNode, type ValueKind } from "./command_tree.ts";

/** Completion for fish from version 3 on. */
export function fishCompletion(tree: CommandNode): string {
  const commands = allCommands(tree);
  const at = `__${tree.name}_at`;
  return `# Completion of ${tree.name} for fish: ${tree.name} print completion fish | source
function ${at} --description 'whether the words so far lead to this command'
    set -l command ''
    for word in (commandline -opc)[2..]
        switch "$command/$word"
            case ${commands.slice(1).map(pathOf).join(" ")}
                set command "$command/$word"
        end
    end
    test "$command" = "$argv[1]"
end
complete -c ${tree.name} -f
${commands.flatMap((node) => linesOf(tree.name, at, node)).join("\n")}
`;
}

function pathOf({ path }: CommandNode): string {
  return path.map((name) => `/${name}`).join("");
}

function linesOf(program: string, at: string, node: CommandNode): string[] {
  const start = `complete -c ${program} -n '${at} "${pathOf(node)}"'`;
  return [
    ...node.commands.map(({ name, description }) => `${start} -a ${name} -d ${quoted(description)}`),
    ...node.flags.map(
      (flag) => `${start}${namesOf(flag)}${valueFlags(flag.value)} -d ${quoted(flag.description)}`,
    ),
    ...node.values.flatMap((value) => (value.type === "free" ? [] : [`${start}${argumentOf(value)}`])),
  ];
}

function namesOf({ names }: FlagNode): string {
  return names
    .map((name) => (name.startsWith("--") ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`))
    .join("");
}

/** What follows a flag: -r where it needs a value, -f where no file is meant, -F where one is. */
function valueFlags(value: ValueKind | undefined): string {
  return value === undefined ? "" : ` -r${value.type === "free" ? " -f" : argumentOf(value)}`;
}

function argumentOf(value: ValueKind): string {
  switch (value.type) {
    case "words":
      return ` -f -a ${quoted(value.words.join(" "))}`;
    case "folder":
      return " -f -a '(__fish_complete_directories)'";
    case "file":
      return " -F";
    case "free":
      return "";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

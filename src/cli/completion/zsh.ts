import { allCommands, type CommandNode, type FlagNode, type ValueKind } from "./command_tree.ts";

/** Completion for zsh. */
export function zshCompletion(tree: CommandNode): string {
  return `#compdef ${tree.name}
# Completion of ${tree.name} for zsh: ${tree.name} print completion zsh > "\${fpath[1]}/_${tree.name}"
${allCommands(tree).map(completionFunction).join("\n")}
if [ "\${funcstack[1]}" = "_${tree.name}" ]; then
  _${tree.name} "$@"
else
  compdef _${tree.name} ${tree.name}
fi
`;
}

function completionFunction(node: CommandNode): string {
  const flags = node.flags.map((flag) => `    ${quoted(flagSpec(flag))} \\`);
  const values = node.values.map((value, index) => `    ${quoted(`${index + 1}: :${action(value)}`)} \\`);
  if (node.commands.length === 0) {
    return `${functionName(node)}() {
  _arguments \\
${[...flags, ...values].join("\n").replace(/ \\$/, "")}
}
`;
  }
  const described = node.commands.map(({ name, description }) => quoted(`${escaped(name)}:${description}`));
  const cases = node.commands.map((one) => `        ${one.name}) ${functionName(one)} ;;`);
  return `${functionName(node)}() {
  local context state state_descr line
  local -a commands
  typeset -A opt_args
  _arguments -C \\
${flags.join("\n")}
    '1: :->command' \\
    '*:: :->rest'
  case $state in
    command)
      commands=(${described.join(" ")})
      _describe -t commands command commands
      ;;
    rest)
      case $line[1] in
${cases.join("\n")}
      esac
      ;;
  esac
}
`;
}

function functionName({ path }: CommandNode): string {
  return ["_pyroduct", ...path].join("_");
}

/** `(-h --help)`, its names in braces, its description and its value, as _arguments reads them. */
function flagSpec({ names, description, value }: FlagNode): string {
  const [first = "", second] = names;
  // _arguments wants one specification for each name; those of one flag exclude one another.
  const name = second ?? first;
  const text = description.replaceAll(/[[\]\\]/g, "\\$&").replaceAll(":", "\\:");
  if (value === undefined) return `${name}[${text}]`;
  return `${name}=[${text}]: :${action(value)}`;
}

function action(value: ValueKind): string {
  switch (value.type) {
    case "words":
      return `(${value.words.join(" ")})`;
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "free":
      return " ";
  }
}

function escaped(name: string): string {
  return name.replaceAll(":", "\\:");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

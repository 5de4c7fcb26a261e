import { allCommands, type CommandNode, type ValueKind } from "./command_tree.ts";

/** Completion for bash from version 3.2 on. */
export function bashCompletion(tree: CommandNode): string {
  const commands = allCommands(tree);
  return `# Completion of ${tree.name} for bash: source <(${tree.name} print completion bash)
_${tree.name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command="" words="" kind="" index line
  # Bash takes = for a word of its own.
  if [ "$current" = "=" ]; then
    current=""
  elif [ "$previous" = "=" ]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$command/\${COMP_WORDS[index]}" in
      ${commands.slice(1).map(pathOf).join(" | ")}) command="$command/\${COMP_WORDS[index]}" ;;
    esac
  done
  case "$command $previous" in
${commands.flatMap(valueCases).join("\n")}
    *)
      case "$command" in
${commands.map(commandCase).join("\n")}
      esac
      ;;
  esac
  COMPREPLY=()
  case $kind in
    file) compopt -o filenames 2>/dev/null; set -- -f ;;
    folder) compopt -o filenames 2>/dev/null; set -- -d ;;
    *) set -- ;;
  esac
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$@" -W "$words" -- "$current")
}
complete -F _${tree.name} ${tree.name}
`;
}

function pathOf({ path }: CommandNode): string {
  return path.map((name) => `/${name}`).join("");
}

/** What follows a flag that takes a value. */
function valueCases(node: CommandNode): string[] {
  return node.flags.flatMap(({ names, value }) => {
    if (value === undefined) return [];
    const patterns = names.map((name) => `"${pathOf(node)} ${name}"`);
    return [`    ${patterns.join(" | ")}) ${assignment(value, [])} ;;`];
  });
}

/** What follows a command: its commands, its flags, and what it takes. */
function commandCase(node: CommandNode): string {
  const words = [
    ...node.commands.map(({ name }) => name),
    ...node.flags.flatMap(({ names }) => names.filter((name) => name.startsWith("--"))),
  ];
  return `        "${pathOf(node)}") ${assignment(node.values[0] ?? { type: "free" }, words)} ;;`;
}

function assignment(value: ValueKind, words: readonly string[]): string {
  const all = [...(value.type === "words" ? value.words : []), ...words];
  const parts = all.length === 0 ? [] : [`words="${all.join(" ")}"`];
  if (value.type === "file" || value.type === "folder") parts.push(`kind="${value.type}"`);
  return parts.length === 0 ? ":" : parts.join(" ");
}

import { componentDefinitions } from "../components.ts";
import { type ArgumentEntry, argumentsOf } from "../config/argument_list.ts";

/** The reference as Markdown. */
export function reference(): string {
  const sections = componentDefinitions.map((definition) => {
    const rows = argumentsOf(definition).map(row).join("\n");
    const head = "| argument | type | default | meaning |\n| --- | --- | --- | --- |";
    return `## ${definition.type}\n\n${definition.description}\n\n${head}\n${rows}\n`;
  });
  return `# Components of pyroduct\n\n${sections.join("\n")}`;
}

function row({ path, type, isRequired, defaultText, description }: ArgumentEntry): string {
  const standard = isRequired ? "required" : defaultText === undefined ? "" : `\`${defaultText}\``;
  return `| \`${path}\` | ${type} | ${standard} | ${description.replaceAll("|", "\\|")} |`;
}

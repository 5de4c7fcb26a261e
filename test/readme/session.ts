import { type CodeBlock, readBlocks } from "./markdown.ts";
import { type ServeStep, type Step, stepOf } from "./step.ts";

/** A command of README. */
export interface Command {
  readonly line: string;
  readonly lineNumber: number;
  readonly step: Step;
}

/** A command that serves, and those that follow it until the next one that does. */
export interface Session {
  readonly name: string;
  readonly serve: ServeStep;
  readonly commands: readonly Command[];
}

/** All of README's commands in their order. */
export function sessionsOf(markdown: string): Session[] {
  const sessions: (Session & { readonly commands: Command[] })[] = [];
  const blocks = readBlocks(markdown).filter(({ language }) => language === "sh");
  for (const command of blocks.flatMap(commandsOf)) {
    const { line, lineNumber, step } = command;
    if (step.type === "serve") sessions.push({ name: `${lineNumber}: ${line}`, serve: step, commands: [] });
    else if (sessions.length > 0) sessions.at(-1)?.commands.push(command);
    else throw new Error(`README's first command serves nothing: ${line}`);
  }
  return sessions;
}

function commandsOf({ lines, firstLine }: CodeBlock): Command[] {
  return lines.map((line, index) => ({ line, lineNumber: firstLine + index, step: stepOf(line) }));
}

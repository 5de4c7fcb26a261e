import type { Conversion } from "./conversion.ts";
import { evaluate } from "./evaluate.ts";
import type { Attribute, Block } from "./syntax_tree.ts";
import { Untranslatable, wholeText } from "./value.ts";

/** The arguments of Alloy's `logging` block that are flags here, with what they may say. */
const loggingFlags: ReadonlyMap<string, readonly string[]> = new Map([
  ["level", ["debug", "info", "warn", "error"]],
  ["format", ["logfmt", "json"]],
]);

/**
 * The flags of `run` that say what a block says that sets up Alloy itself; undefined where it is no such block.
 * What the flags can't say is reported.
 */
export function convertSetting(block: Block, conversion: Conversion): string[] | undefined {
  if (block.name === "livedebugging") {
    conversion.ignore([block.name], block.nameSpan, "is left out: it sets up a page of Alloy's");
    return [];
  }
  if (block.name !== "logging") return undefined;
  return block.body.statements.flatMap((statement) => {
    const flag = statement.type === "attribute" ? loggingFlag(statement, conversion) : undefined;
    if (flag !== undefined) return [flag];
    const path = [block.name, statement.name];
    const fix = "let a collector read standard error, which is where pyroduct logs";
    conversion.report(path, statement.nameSpan, "can't be turned", fix);
    return [];
  });
}

function loggingFlag({ name, value }: Attribute, { scope }: Conversion): string | undefined {
  const word = knownWord(() => evaluate(value, scope));
  return word !== undefined && loggingFlags.get(name)?.includes(word) ? `--log.${name}=${word}` : undefined;
}

function knownWord(read: () => ReturnType<typeof evaluate>): string | undefined {
  try {
    const value = read();
    return value.type === "text" ? wholeText(value.parts) : undefined;
  } catch (thrown) {
    if (thrown instanceof Untranslatable) return undefined;
    throw thrown;
  }
}

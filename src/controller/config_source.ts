import { readFileSync } from "node:fs";
import { CodedError, messageOf } from "../base/failure.ts";

/** Where a configuration comes from. */
export interface ConfigSource {
  /** The file's name as the operator gave it; for messages. */
  readonly name: string;
  /** Whether it can be read more than once, and so be reloaded. */
  readonly isFile: boolean;
  /** @throws CodedError where it can't be read. */
  read(): string;
}

/** A configuration file; `-` is standard input. */
export function configFile(path: string): ConfigSource {
  if (path === "-") return standardInput();
  return { name: path, isFile: true, read: () => readText(path, path) };
}

// Standard input can be read only once.
function standardInput(): ConfigSource {
  let text: string | undefined;
  const read = () => {
    text ??= readText(0, "standard input");
    return text;
  };
  return { name: "(standard input)", isFile: false, read };
}

/** A configuration that pyroduct has made itself. */
export function builtInConfig(config: unknown): ConfigSource {
  return { name: "(built in)", isFile: false, read: () => JSON.stringify(config) };
}

function readText(file: string | number, name: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (thrown) {
    throw new CodedError("not_found", `can't read ${name}: ${messageOf(thrown)}`);
  }
}

import { stringify } from "yaml";
import { diffLines, type LineChange } from "../base/line_diff.ts";
import type { ComponentDefinition } from "../component/definition.ts";
import type { ComponentConfig } from "../config/load_config.ts";
import { type CheckResult, configOf, shownComponents } from "./config_check.ts";

/** The configuration in use and another, as YAML with secrets masked and comments left out. */
export interface ConfigComparison {
  readonly running: string;
  /** Undefined where it can't be used: nobody could tell then which of it is secret. */
  readonly other: string | undefined;
  /** From the first to the second; empty where they are alike, or there is no other. */
  readonly changes: readonly LineChange[];
  readonly check: CheckResult;
}

/**
 * Compares the configuration in use with another. A secret that differs shows as a line that does, though both are
 * masked: the lines are compared with digests in place of the secrets, under a key that is forgotten at once.
 */
export function compareConfigs(
  running: readonly ComponentConfig[],
  other: CheckResult,
  definitions: readonly ComponentDefinition[],
): ConfigComparison {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const linesOf = (components: readonly ComponentConfig[]) => {
    const shown = shownComponents(components, definitions, (secret) => markedMask(secret, key));
    return stringify(configOf(shown), { lineWidth: 0 }).trimEnd().split("\n");
  };
  const before = linesOf(running);
  const after = other.ok ? linesOf(other.components) : undefined;
  const changes = after === undefined ? [] : diffLines(before, after).map(unmarkedChange);
  return {
    running: textOf(before),
    other: after && textOf(after),
    changes: changes.every(({ change }) => change === "same") ? [] : changes,
    check: other,
  };
}

function markedMask(secret: unknown, key: Uint8Array): string {
  const digest = new Bun.CryptoHasher("sha256", key).update(JSON.stringify(secret) ?? "");
  return `(secret ${digest.digest("hex").slice(0, 32)})`;
}

function unmarked(line: string): string {
  return line.replaceAll(/\(secret [0-9a-f]{32}\)/g, "(secret)");
}

function unmarkedChange({ change, text }: LineChange): LineChange {
  return { change, text: unmarked(text) };
}

function textOf(lines: readonly string[]): string {
  return `${lines.map(unmarked).join("\n")}\n`;
}

import { printable } from "../../config/excerpt.ts";
import { paint } from "../terminal.ts";
import type { Finding, FindingGroup, FindingStatus } from "./finding.ts";

/** How a status looks, so that it can be told without colours too. */
const looks: Readonly<
  Record<FindingStatus, readonly [mark: string, colour: "green" | "yellow" | "red" | "dim"]>
> = {
  ok: ["✓ ok     ", "green"],
  warning: ["! warning", "yellow"],
  failed: ["✗ failed ", "red"],
  skipped: ["- skipped", "dim"],
};

/** How long a fix may be on one line before it is wrapped, in characters. */
const fixWidth = 100;

/** The findings as a person reads them. */
export function formatGroups(groups: readonly FindingGroup[], stream: { readonly isTTY?: boolean }): string {
  const blocks = groups.map(({ name, findings }) => {
    const width = Math.max(...findings.map(({ check }) => check.length));
    const lines = findings.map((finding) => lineOf(finding, width, stream));
    return `${paint("bold", printable(name), stream)}\n${lines.join("\n")}\n`;
  });
  return `${blocks.join("\n")}\n${summary(groups)}\n`;
}

/** The findings as a program reads them. */
export function groupsAsJson(groups: readonly FindingGroup[]): object {
  const checks = groups.flatMap(({ name, findings }) =>
    findings.map(({ check, status, detail, fix }) => ({
      group: name,
      check,
      status,
      detail,
      fix: fix ?? null,
    })),
  );
  return { ok: !checks.some(({ status }) => status === "failed"), checks };
}

function lineOf(
  { check, status, detail, fix }: Finding,
  width: number,
  stream: { readonly isTTY?: boolean },
): string {
  const [mark, colour] = looks[status];
  const line = `  ${paint(colour, mark, stream)}  ${check.padEnd(width)}  ${printable(detail)}`;
  if (fix === undefined) return line;
  const indent = " ".repeat(6);
  return `${line}\n${indent}${paint("bold", "fix:", stream)} ${wrapped(printable(fix)).join(`\n${indent}     `)}`;
}

function wrapped(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line.length + word.length >= fixWidth) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}

function summary(groups: readonly FindingGroup[]): string {
  const all = groups.flatMap(({ findings }) => findings.map(({ status }) => status));
  const count = (status: FindingStatus) => all.filter((one) => one === status).length;
  const warnings = count("warning");
  return `${count("ok")} ok, ${warnings} ${warnings === 1 ? "warning" : "warnings"}, ${count("failed")} failed, ${count("skipped")} skipped`;
}

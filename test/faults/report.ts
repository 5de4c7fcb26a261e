import type { Row } from "./run_scenario.ts";

const columns = ["sent", "acknowledged", "owed", "delivered", "duplicated", "dropped", "lost"] as const;

/** The figures of all scenarios as a Markdown table. */
export function renderTable(rows: readonly Row[]): string {
  return [
    `| Fault | ${columns.join(" | ")} |`,
    `| --- |${" ---: |".repeat(columns.length)}`,
    ...rows.map((row) => `| ${row.name}: ${row.fault} | ${cells(row).join(" | ")} |`),
  ].join("\n");
}

function cells({ figures }: Row): string[] {
  if (figures === undefined) return columns.map(() => "–");
  return columns.map((column) => {
    if (column !== "dropped") return String(figures[column]);
    const reasons = Object.entries(figures.dropped).filter(([, count]) => count > 0);
    return reasons.map(([reason, count]) => `${count} ${reason}`).join(", ") || "0";
  });
}

import { judge } from "./goal.ts";
import type { RowResult } from "./row.ts";

/** How many things the bench asks for, by how they went. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Counts each row's delivery and each of its goals. */
export function countTotals(results: readonly RowResult[], tolerance: number): Totals {
  let [passed, failed, skipped] = [0, 0, 0];
  for (const { problems, goals, skipped: reason } of results) {
    if (reason !== undefined) {
      skipped += 1;
      continue;
    }
    const failures = goals.filter((goal) => judge(goal, tolerance) === "failed").length;
    failed += failures + (problems.length > 0 ? 1 : 0);
    passed += goals.length - failures + (problems.length > 0 ? 0 : 1);
  }
  return { passed, failed, skipped };
}

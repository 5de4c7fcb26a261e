import axe from "axe-core";
import type { Page } from "playwright-core";

/** Of what axe finds, the part that is told here. */
interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

interface Results {
  readonly violations: readonly Violation[];
  readonly passes: readonly unknown[];
}

/**
 * What axe finds that is serious or critical, a line each. Frames are left out: what is in them is speedscope, not
 * ours.
 */
export async function seriousProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const run = "axe.run(document, { iframes: false })";
  const { violations, passes } = (await page.evaluate(run)) as Results;
  if (passes.length < 10) return [`axe looked at next to nothing: ${passes.length} rules`];
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html}: ${failureSummary}`),
    );
}

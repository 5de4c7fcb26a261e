import { FaultBed } from "./bed.ts";
import type { Scenario } from "./scenario.ts";
import type { Figures } from "./tally.ts";

/** How a scenario went. */
export interface Row {
  readonly name: string;
  readonly fault: string;
  readonly state: "ok" | "failed" | "skipped";
  readonly seconds: number;
  /** Undefined where it was skipped. */
  readonly figures: Figures | undefined;
  readonly notes: readonly string[];
  readonly problems: readonly string[];
}

/** Copies that are missing which are named at most. */
const namedMissing = 5;

/** Runs a scenario in its short or its long form and judges it. */
export async function runScenario({ name, fault, run, obstacle }: Scenario, isLong: boolean): Promise<Row> {
  const why = obstacle?.();
  if (why !== undefined) {
    const state = why.isMendable && process.env["CI"] === "true" ? "failed" : "skipped";
    return { name, fault, state, seconds: 0, figures: undefined, notes: [], problems: [why.reason] };
  }
  const startedAt = performance.now();
  await using bed = await FaultBed.open(isLong);
  try {
    await run(bed);
  } catch (error) {
    bed.problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const figures = bed.tally.figures(bed.dropped);
  bed.expect(figures.acknowledged > 0, "nothing was acknowledged, so nothing is shown");
  const missing = bed.tally.missing().slice(0, namedMissing).join(", ");
  bed.expect(figures.lost === 0, `${figures.lost} acknowledged copies are lost: ${missing}`);
  bed.expect(bed.damaged === 0, `${bed.damaged} profiles came damaged`);
  const { notes, problems } = bed;
  const seconds = (performance.now() - startedAt) / 1000;
  return { name, fault, state: problems.length === 0 ? "ok" : "failed", seconds, figures, notes, problems };
}

import type { RecordedRequest } from "../sdk/recorded_request.ts";
import type { Totals } from "../sdk/report.ts";
import { callHeader } from "./case_sink.ts";
import type { ClientRun } from "./client_run.ts";
import { problemsOf } from "./judge.ts";
import { describeWay } from "./plan.ts";

/** What is to be said of a run: a line for each way of each client, and one for each thing that is wrong. */
export interface GrpcReport {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
  readonly totals: Totals;
}

/**
 * Judges what clients did by what they say and by what came to the destination, each call as one check.
 *
 * @param others what is wrong and concerns no call, each counted as a failure.
 */
export function reportOf(
  runs: readonly ClientRun[],
  requests: readonly RecordedRequest[],
  others: readonly string[],
): GrpcReport {
  const byCall = Map.groupBy(requests, ({ headers }) => headers.get(callHeader));
  const reports = runs.map((run) => reportOfRun(run, byCall));
  const known = new Set<string | null>(runs.flatMap(({ calls }) => calls.map(({ id }) => id)));
  const strays = [...byCall.keys()].filter((id) => !known.has(id)).map((id) => `came unasked: ${id}`);
  const sum = (part: keyof Totals) => reports.reduce((total, { totals }) => total + totals[part], 0);
  const problems = [...reports.flatMap((report) => report.problems), ...strays, ...others];
  const failed = sum("failed") + strays.length + others.length;
  return {
    lines: reports.flatMap(({ lines }) => lines),
    problems,
    totals: { passed: sum("passed"), failed, skipped: sum("skipped") },
  };
}

function reportOfRun(
  { name, version, calls, outcome }: ClientRun,
  byCall: ReadonlyMap<string | null, readonly RecordedRequest[]>,
): GrpcReport {
  const title = `${name} (${version})`;
  if (outcome.state !== "ran") {
    const none = { passed: 0, failed: 0, skipped: 0 };
    return {
      lines: [`${outcome.state.padEnd(7)} ${title}`],
      problems: [`${title} ${outcome.state}: ${outcome.reason}`],
      totals: { ...none, [outcome.state]: calls.length },
    };
  }
  const results = new Map(outcome.results.map((result) => [result.id, result]));
  const judged = calls.map((call) => ({
    ...call,
    problems: problemsOf(call, results.get(call.id), byCall.get(call.id) ?? []),
  }));
  const passed = judged.filter(({ problems }) => problems.length === 0).length;
  return {
    lines: [...Map.groupBy(judged, ({ way }) => way)].map(([way, ofWay]) => {
      const right = ofWay.filter(({ problems }) => problems.length === 0).length;
      const word = right === ofWay.length ? "ok" : "FAILED";
      return `${word.padEnd(7)} ${title}, ${describeWay(way)}: ${right} of ${ofWay.length}`;
    }),
    problems: judged.flatMap(({ id, problems }) => problems.map((problem) => `${id}: ${problem}`)),
    totals: { passed, failed: calls.length - passed, skipped: 0 },
  };
}

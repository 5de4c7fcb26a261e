import { afterAll, beforeAll, describe, test } from "bun:test";
import { expectAnswer } from "./expect_answer.ts";
import { expectDownstream } from "./expect_downstream.ts";
import { hasLateAnswer, loadParityRecordings, type ParityCase, sinkNames } from "./parity_case.ts";
import { type Observation, ParityRun } from "./parity_run.ts";

const startTimeoutMs = 60_000;
/** More would only slow each other down on a small machine. */
const startsAtOnce = 2;

/**
 * Registers one test for each recording of Grafana Alloy. The configurations run at once, the cases of one in turn;
 * each test looks at what was seen in its case.
 */
export function registerParityTests(): void {
  const { configs, cases } = loadParityRecordings();
  describe("like Alloy", () => {
    const runs: ParityRun[] = [];
    const observations = new Map<ParityCase, Promise<Observation>>();

    beforeAll(async () => {
      const casesOf = (name: string) => cases.filter((parityCase) => parityCase.config === name);
      // Those that wait for late answers first, so that they do so while the others start.
      const waiting = Object.entries(configs)
        .map(([name, config]) => ({ config, cases: casesOf(name) }))
        .toSorted((a, b) => Number(b.cases.some(hasLateAnswer)) - Number(a.cases.some(hasLateAnswer)))
        .values();
      const startInTurn = async () => {
        for (const next of waiting) {
          const starting = ParityRun.start(next.config);
          observeInTurn(starting, next.cases, observations);
          // One that does not start fails its own cases, not the others.
          runs.push(...(await Promise.allSettled([starting])).flatMap(startedOf));
        }
      };
      await Promise.all(Array.from({ length: startsAtOnce }, startInTurn));
    }, startTimeoutMs);

    afterAll(async () => {
      await Promise.all(runs.map((run) => run[Symbol.asyncDispose]()));
    }, startTimeoutMs);

    test.each(cases.map((parityCase) => [parityCase.config, parityCase.name, parityCase] as const))(
      "%s: %s",
      async (_config, _name, parityCase) => {
        const observation = await observations.get(parityCase);
        if (observation === undefined) throw new Error("the case was not run: is its configuration missing?");
        const { answer, sinks } = observation;
        expectAnswer(parityCase, answer);
        for (const name of sinkNames)
          expectDownstream(parityCase, parityCase.alloy[name], sinks[name].requests);
      },
    );
  });
}

function observeInTurn(
  starting: Promise<ParityRun>,
  cases: readonly ParityCase[],
  observations: Map<ParityCase, Promise<Observation>>,
): void {
  let before: Promise<unknown> = Promise.resolve();
  for (const parityCase of cases) {
    const turn = before;
    const observation = starting.then(async (run) => {
      await turn;
      return await run.observe(parityCase);
    });
    // Its own test reports a failure; the next case comes either way.
    before = observation.catch(() => undefined);
    observations.set(parityCase, observation);
  }
}

function startedOf(result: PromiseSettledResult<ParityRun>): ParityRun[] {
  return result.status === "fulfilled" ? [result.value] : [];
}

import type { BenchEnvironment } from "./environment.ts";
import type { GoalResult } from "./goal.ts";
import { LoadedReceiver } from "./loaded_receiver.ts";
import type { Payload } from "./payload.ts";
import type { ReceiverName } from "./receivers.ts";
import { type Measured, type Quantity, quantities, type Row } from "./row.ts";
import { paired } from "./statistics.ts";

/** A goal for one receiver of a row, measured against another one of the same row. */
export interface LoadGoal {
  readonly receiver: ReceiverName;
  /** CPU time per profile unless given. */
  readonly quantity?: Quantity;
  readonly against: ReceiverName;
  /** At most so many times the other one's. */
  readonly times?: number;
  /** At most so much more than the other one's. */
  readonly more?: number;
}

/** A row in which receivers take the same load in turn, round by round. */
export interface LoadRow {
  readonly name: string;
  readonly form?: Row["form"];
  readonly payload: Payload;
  readonly receivers: readonly ReceiverName[];
  readonly goals?: readonly LoadGoal[];
  /** 64 unless given. */
  readonly connections?: number;
  /** Share of the highest rate that each receiver gets; all of it unless given. */
  readonly share?: number;
  /** Counts the connections that the sink accepts too. */
  readonly countsConnections?: boolean;
}

/** Makes a row of its description. */
export function loadRow(row: LoadRow): Row {
  const { name, form } = row;
  return { name, ...(form === undefined ? {} : { form }), run: (environment) => run(row, environment) };
}

async function run(row: LoadRow, environment: BenchEnvironment): ReturnType<Row["run"]> {
  const { options, sink } = environment;
  const names = withOther(row.receivers, options.against !== undefined);
  for (const name of names) {
    const reason = await environment.unsupported(name);
    if (reason !== undefined) return { measured: [], goals: [], problems: [], skipped: reason };
  }
  const loaded: LoadedReceiver[] = [];
  for (const name of names) {
    loaded.push(await LoadedReceiver.warmUp(environment, name, row));
  }
  for (let round = 0; round < options.rounds; round += 1) for (const one of loaded) await one.measure();
  await sink.settle();
  const measured = withRatios(loaded.map(({ name, values }) => ({ receiver: name, values })));
  return {
    measured,
    goals: (row.goals ?? []).map((goal) => goalResult(goal, measured)),
    problems: loaded.flatMap((one) => one.problems()),
  };
}

/** Another receiver stands beside pyroduct wherever nginx does. */
function withOther(names: readonly ReceiverName[], hasOther: boolean): readonly ReceiverName[] {
  return hasOther && names.includes("nginx") ? [...names, "against"] : names;
}

function withRatios(all: readonly Measured[]): Measured[] {
  const [nginx, bare] = ["nginx", "bare"].map((name) =>
    all.find(({ receiver }) => receiver.startsWith(name)),
  );
  return all.map(({ receiver, values }) => ({
    receiver,
    values: { ...values, ...ratio("timesNginx", values, nginx), ...ratio("timesBare", values, bare) },
  }));
}

function ratio(name: Quantity, { cpuMicros }: Measured["values"], other: Measured | undefined) {
  const base = other?.values.cpuMicros;
  if (cpuMicros === undefined || base === undefined || base === cpuMicros) return {};
  return { [name]: paired(cpuMicros, base, (left, right) => left / right) };
}

/** The goal's values, or none where one side has not been measured. */
export function goalResult(goal: LoadGoal, measured: readonly Measured[]): GoalResult {
  const { receiver, quantity = "cpuMicros", against, times, more } = goal;
  const [mine = [], theirs = []] = [receiver, against].map(
    (name) => measured.find((one) => one.receiver === name)?.values[quantity],
  );
  const what = quantity === "cpuMicros" ? "CPU" : quantities[quantity].name;
  if (times !== undefined)
    return {
      receiver,
      text: `${what} ≤ ${times} × ${against}`,
      limit: times,
      values: paired(mine, theirs, (left, right) => left / right),
    };
  return {
    receiver,
    text: `${what} ≤ ${more} more than ${against}`,
    limit: more ?? 0,
    values: paired(mine, theirs, (left, right) => left - right),
  };
}

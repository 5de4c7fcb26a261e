import type { BenchEnvironment } from "./environment.ts";
import type { GoalResult } from "./goal.ts";
import { type Load, LoadedReceiver } from "./loaded_receiver.ts";
import type { BenchOptions } from "./options.ts";
import type { Payload } from "./payload.ts";
import type { ReceiverName } from "./receivers.ts";
import { type Measured, type Quantity, quantities, type Row } from "./row.ts";
import { paired } from "./statistics.ts";

const defaultConnections = 64;

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
  readonly forms?: Row["forms"];
  readonly payload: Payload;
  readonly receivers: readonly ReceiverName[];
  /** To how many destinations one of them sends each profile, where that is what the row is about. */
  readonly fanOut?: number;
  readonly goals?: readonly LoadGoal[];
  /** 64 unless given. */
  readonly connections?: number;
  /** Share of the highest rate that each receiver gets; all of it unless given. */
  readonly share?: number;
  /** Tells how many connections to the sink were opened, all rounds and the time before them together. */
  readonly countsConnections?: boolean;
}

/** Makes a row of its description. */
export function loadRow(row: LoadRow): Row {
  const { name, forms, payload, connections = defaultConnections } = row;
  const profile = async (one: LoadedReceiver, seconds: number) => {
    await one.send({ payload, connections }, seconds);
  };
  const receiver = row.receivers.findLast((one) => one.startsWith("pyroduct"));
  return {
    name,
    ...(forms === undefined ? {} : { forms }),
    ...(receiver === undefined ? {} : { profile: { receiver, run: profile } }),
    run: (environment) => run(row, environment),
  };
}

/** A receiver of a row, and what it is to take in each round. */
interface Loaded {
  readonly one: LoadedReceiver;
  readonly load: Load;
}

async function run(row: LoadRow, environment: BenchEnvironment): ReturnType<Row["run"]> {
  const { options } = environment;
  const names = receiversOf(row, options);
  const skipped = await environment.unsupported(names);
  if (skipped !== undefined) return { measured: [], goals: [], problems: [], skipped };
  const loaded: Loaded[] = [];
  for (const name of names) loaded.push(await warmUp(row, name, environment));
  for (let round = 0; round < options.rounds; round += 1)
    for (const { one, load } of loaded) await one.measure(load, options.seconds);
  if (row.countsConnections) for (const { one } of loaded) one.note("connections", one.connectionsOpened);
  const measured = withRatios(loaded.map(({ one: { name, values } }) => ({ receiver: name, values })));
  const problems: string[] = [];
  for (const { one } of loaded) problems.push(...(await one.problems()));
  return { measured, goals: (row.goals ?? []).map((goal) => goalResult(goal, measured)), problems };
}

/** Starts a receiver where it does not run yet, and has it compile what it needs for this load. */
async function warmUp(row: LoadRow, name: ReceiverName, environment: BenchEnvironment): Promise<Loaded> {
  const { connections = defaultConnections, payload, share } = row;
  const load = { payload, connections };
  const one = new LoadedReceiver(environment, name, await environment.receiver(name));
  const least = share === undefined ? 0 : environment.options.seconds;
  const forSeconds = Math.max(environment.warmUpSeconds(name, payload), least);
  if (forSeconds === 0) return { one, load };
  const { requests, seconds } = await one.send(load, forSeconds);
  if (share === undefined) return { one, load };
  // An answer takes time too, which is not known beforehand: the rate that comes of it is a little lower.
  return { one, load: { ...load, meanWaitMs: (1000 * connections * seconds) / (share * requests) } };
}

/**
 * The receivers of a row with the one of `--against` where it takes part: one with several destinations in rows of as
 * many, others wherever nginx does.
 */
export function receiversOf(
  { receivers, fanOut }: Pick<LoadRow, "receivers" | "fanOut">,
  { against, sinkPorts }: Pick<BenchOptions, "against" | "sinkPorts">,
): readonly ReceiverName[] {
  const takesPart = sinkPorts.length > 1 ? sinkPorts.length === fanOut : receivers.includes("nginx");
  return against !== undefined && takesPart ? [...receivers, "against"] : receivers;
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

import type { BenchEnvironment } from "./environment.ts";
import { receiversOf } from "./load_row.ts";
import { LoadedReceiver } from "./loaded_receiver.ts";
import { ManySenders } from "./many_senders.ts";
import type { BenchOptions } from "./options.ts";
import type { Payload } from "./payload.ts";
import { cpuNanos, memoryOf } from "./process_tree.ts";
import type { ReceiverName } from "./receivers.ts";
import type { Row } from "./row.ts";
import { percentile } from "./statistics.ts";

/** A row on what connections cost a receiver that is started for it. */
interface ConnectionRow {
  readonly name: string;
  readonly receiver: ReceiverName;
  readonly payload: Payload;
  readonly connections: number;
}

/** How many connections there are already when memory is looked at first. */
const fewConnections = 10;

/** What a start or a burst of requests leaves to do comes to rest meanwhile. */
const restMs = 1000;

/** By then the garbage of many requests is collected, and its memory given back. */
const collectMs = 3000;

/** How long connections are looked at while none of them sends: longer than pyroduct takes from look to look. */
const idleMs = 5000;

/** A row on the memory of connections that have sent a profile each and are idle. */
export function idleRow(row: ConnectionRow & { readonly atMostKb: number }): Row {
  return {
    name: row.name,
    run: (environment) =>
      withSenders(row, environment, async (one, senders, pid) => {
        // An upper bound: whatever the requests leave behind counts for the connections.
        await senders.open(fewConnections);
        await Bun.sleep(restMs);
        const before = memoryOf(pid).now;
        await senders.open(row.connections - fewConnections);
        await Bun.sleep(collectMs);
        const memory = memoryOf(pid).now;
        const idleKb = (memory - before) / row.connections / 1e3;
        one.note("memoryMb", memory / 1e6);
        one.note("idleKb", idleKb);
        return [{ text: `KB each ≤ ${row.atMostKb}`, limit: row.atMostKb, values: [idleKb] }];
      }),
  };
}

/** A row on CPU time where many connections send now and then. */
export function mostlyIdleRow(
  row: ConnectionRow & {
    readonly perSecond: number;
    readonly seconds: number;
    readonly quickSeconds: number;
    readonly atMostPercent: number;
    /** Receivers that take the same load before, but not in the short form. */
    readonly comparedWith: readonly ReceiverName[];
  },
): Row {
  return {
    name: row.name,
    profile: {
      receiver: row.receiver,
      async run(one, seconds) {
        using senders = new ManySenders(one.receiver.url, row.payload);
        await senders.open(row.connections);
        await senders.sendSteadily(row.perSecond, seconds);
        one.countAnswered(senders.answered, row.payload);
      },
    },
    async run(environment) {
      const isQuick = environment.options.form === "quick";
      const results: Awaited<ReturnType<Row["run"]>>[] = [];
      const comparedWith = othersOf(row.comparedWith, environment.options);
      for (const receiver of isQuick ? [row.receiver] : [...comparedWith, row.receiver]) {
        results.push(
          await withSenders({ ...row, receiver }, environment, async (one, senders, pid) => {
            await one.send({ payload: row.payload, connections: 64 }, environment.options.firstWarmUpSeconds);
            await senders.open(row.connections);
            await Bun.sleep(restMs);
            if (!isQuick) one.note("idlePercent", await corePercentOf(pid, () => Bun.sleep(idleMs)));
            const corePercent = await noteSteadily(
              one,
              senders,
              pid,
              row.perSecond,
              isQuick ? row.quickSeconds : row.seconds,
            );
            if (receiver !== row.receiver) return [];
            const { atMostPercent } = row;
            return [{ text: `% of a core ≤ ${atMostPercent}`, limit: atMostPercent, values: [corePercent] }];
          }),
        );
      }
      return {
        measured: results.flatMap(({ measured }) => measured),
        goals: results.flatMap(({ goals }) => goals),
        problems: results.flatMap(({ problems }) => problems),
      };
    },
  };
}

/** The receiver of `--against` takes part where its process is known. */
function othersOf(receivers: readonly ReceiverName[], options: BenchOptions): readonly ReceiverName[] {
  return options.againstPid === undefined ? receivers : receiversOf({ receivers }, options);
}

/** Sends at a steady rate, and notes and returns what share of a core that takes, in percent. */
async function noteSteadily(
  one: LoadedReceiver,
  senders: ManySenders,
  pid: number,
  perSecond: number,
  seconds: number,
): Promise<number> {
  let timesMs: readonly number[] = [];
  const corePercent = await corePercentOf(pid, async () => {
    timesMs = await senders.sendSteadily(perSecond, seconds);
  });
  one.note("cpuMicros", (corePercent * 1e4) / perSecond);
  one.note("rate", timesMs.length / seconds);
  one.note("p50Ms", percentile(timesMs, 50));
  one.note("p99Ms", percentile(timesMs, 99));
  one.note("memoryMb", memoryOf(pid).now / 1e6);
  one.note("corePercent", corePercent);
  return corePercent;
}

/** CPU time of a process while something goes on, in percent of that time on one core. */
async function corePercentOf(pid: number, action: () => Promise<void>): Promise<number> {
  const [cpuBefore, startedAt] = [cpuNanos(pid), performance.now()];
  await action();
  return (100 * (cpuNanos(pid) - cpuBefore)) / 1e6 / (performance.now() - startedAt);
}

/** Starts the receiver, measures, and sees to it that all was answered and arrived. */
async function withSenders(
  { receiver: name, payload }: ConnectionRow,
  environment: BenchEnvironment,
  measure: (
    one: LoadedReceiver,
    senders: ManySenders,
    pid: number,
  ) => Promise<readonly { text: string; limit: number; values: readonly number[] }[]>,
): ReturnType<Row["run"]> {
  const skipped = await environment.unsupported([name]);
  if (skipped !== undefined) return { measured: [], goals: [], problems: [], skipped };
  await using receiver = await environment.startReceiver(name);
  if (receiver.pid === undefined) throw new Error(`the process of ${name} is not known`);
  const one = new LoadedReceiver(environment, name, receiver);
  using senders = new ManySenders(receiver.url, payload);
  const goals = await measure(one, senders, receiver.pid);
  one.countAnswered(senders.answered, payload);
  const refused = senders.failed > 0 ? [`${one.name}: ${senders.failed} requests had no success`] : [];
  return {
    measured: [{ receiver: one.name, values: one.values }],
    goals: goals.map((goal) => ({ receiver: one.name, ...goal })),
    problems: [...refused, ...(await one.problems())],
  };
}

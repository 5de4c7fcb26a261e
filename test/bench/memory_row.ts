import { LoadedReceiver } from "./loaded_receiver.ts";
import type { Payload } from "./payload.ts";
import { memoryOf } from "./process_tree.ts";
import type { Receiver, ReceiverName } from "./receivers.ts";
import type { Row } from "./row.ts";

/** A row on the memory of a receiver that is started for it, under as much load as it takes. */
export interface MemoryRow {
  readonly name: string;
  readonly receiver: ReceiverName;
  readonly payload: Payload;
  readonly connections: number;
  readonly seconds: number;
  /** How long in the short form. */
  readonly quickSeconds: number;
  /** The most that it may hold at the end of the load, in megabytes. */
  readonly atMostMb?: number;
  /** The most that it may hold at any time, in megabytes. */
  readonly peakAtMostMb?: number;
  /** The most that it may hold when the load has been over for so many seconds, as a multiple of what it held at first. */
  readonly afterwards?: { readonly seconds: number; readonly timesStart: number };
}

const megabyte = 1e6;

/** Makes a row of its description. What comes after the load is left out of the short form. */
export function memoryRow(row: MemoryRow): Row {
  return {
    name: row.name,
    async run(environment) {
      const { options, tell } = environment;
      const isQuick = options.form === "quick";
      await using receiver = await environment.startReceiver(row.receiver);
      const one = new LoadedReceiver(environment, row.receiver, receiver);
      const startMb = memoryMb(receiver);
      const loadSeconds = isQuick ? row.quickSeconds : row.seconds;
      const { payload, connections } = row;
      await one.measure({ payload, connections }, loadSeconds);
      const peakMb = memoryOf(pidOf(receiver)).peak / megabyte;
      one.note("loadSeconds", loadSeconds);
      one.note("startMb", startMb);
      one.note("peakMb", peakMb);
      const goals = [
        ...goal(row.receiver, "MB", row.atMostMb, one.values.memoryMb),
        ...goal(row.receiver, "peak MB", row.peakAtMostMb, [peakMb]),
      ];
      const problems = await one.problems();
      if (row.afterwards !== undefined && !isQuick) {
        const { seconds, timesStart } = row.afterwards;
        tell(`waiting ${seconds} s`);
        await Bun.sleep(1000 * seconds);
        const laterMb = memoryMb(receiver);
        one.note("laterMb", laterMb);
        goals.push(
          ...goal(row.receiver, `times its start ${seconds} s later`, timesStart, [laterMb / startMb]),
        );
      }
      return { measured: [{ receiver: row.receiver, values: one.values }], goals, problems };
    },
  };
}

function goal(receiver: string, what: string, limit: number | undefined, values: readonly number[] = []) {
  return limit === undefined ? [] : [{ receiver, text: `${what} ≤ ${limit}`, limit, values }];
}

function memoryMb(receiver: Receiver): number {
  return memoryOf(pidOf(receiver)).now / megabyte;
}

function pidOf({ pid }: Receiver): number {
  if (pid === undefined) throw new Error("its process is not known");
  return pid;
}

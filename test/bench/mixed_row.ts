import { LoadedReceiver } from "./loaded_receiver.ts";
import type { Payload } from "./payload.ts";
import { memoryOf } from "./process_tree.ts";
import type { ReceiverName } from "./receivers.ts";
import type { Row } from "./row.ts";
import { growthOf } from "./statistics.ts";

const connections = 64;

/** How long the receiver rests before a look at its memory. */
const restMs = 2000;

/** A row of the long form: payloads by turns, and whether memory grows from round to round. */
export function mixedRow(row: {
  readonly name: string;
  readonly receiver: ReceiverName;
  readonly payloads: readonly Payload[];
  /** The most that the last third of the time may need of what the middle third did. */
  readonly atMostGrowth: number;
}): Row {
  const { name, receiver: receiverName, payloads, atMostGrowth } = row;
  return {
    name,
    forms: ["long"],
    async run(environment) {
      const { options, tell } = environment;
      await using receiver = await environment.startReceiver(receiverName);
      if (receiver.pid === undefined) throw new Error("its process is not known");
      const one = new LoadedReceiver(environment, receiverName, receiver);
      const problems = new Set<string>();
      for (let round = 1; round <= options.rounds; round += 1) {
        for (const payload of payloads) {
          await one.send({ payload, connections }, options.seconds);
          for (const problem of await one.problems()) problems.add(problem);
        }
        await Bun.sleep(restMs);
        const memoryMb = memoryOf(receiver.pid).now / 1e6;
        one.note("memoryMb", memoryMb);
        tell(`round ${round} of ${options.rounds}: ${memoryMb.toFixed(0)} MB`);
      }
      const growth = growthOf(one.values.memoryMb ?? []);
      one.note("growth", growth);
      return {
        measured: [{ receiver: receiverName, values: one.values }],
        goals: [
          { receiver: receiverName, text: `growth ≤ ${atMostGrowth}`, limit: atMostGrowth, values: [growth] },
        ],
        problems: [...problems],
      };
    },
  };
}

import { CodedError, messageOf } from "../base/failure.ts";
import type { ComponentConfig } from "../config/load_config.ts";
import type { PortsByPlace } from "../http/process_ports.ts";
import type { ShardCalls } from "./shard.ts";

/**
 * Changes all shards to another configuration, or none: each prepares, and only where all of them could does any
 * change. The first looks whether its new ports are free, and chooses where it may; the others share what it has got.
 *
 * @param ports where components listen up to now.
 * @param onLost told that a shard which was prepared could not be brought to change, or to go back: it can't stay.
 * @returns where they listen from now on.
 * @throws CodedError where one of them can't change; then all are as they were.
 */
export async function changeAll(
  shards: readonly ShardCalls[],
  components: readonly ComponentConfig[],
  ports: PortsByPlace,
  onLost: (shard: ShardCalls, reason: string) => void,
): Promise<PortsByPlace> {
  const prepared: ShardCalls[] = [];
  const end = async (how: "commit" | "rollback") => {
    const ends = prepared.map(async (shard) => {
      await shard[how]().catch((thrown: unknown) => onLost(shard, messageOf(thrown)));
    });
    await Promise.all(ends);
  };
  const prepare = async (shard: ShardCalls, known: PortsByPlace, isFirst: boolean) => {
    try {
      const got = await shard.prepare({ components, ports: known, isFirst });
      prepared.push(shard);
      return got;
    } catch (thrown) {
      // It may be prepared yet, and nobody would know.
      if (isTooLate(thrown)) onLost(shard, messageOf(thrown));
      throw thrown;
    }
  };
  try {
    await allSettled(shards.map((shard) => shard.settle()));
    const [first, ...others] = shards;
    if (first === undefined) return ports;
    const shared = await prepare(first, ports, true);
    await allSettled(others.map((shard) => prepare(shard, shared, false)));
    await end("commit");
    return shared;
  } catch (thrown) {
    await end("rollback");
    throw thrown;
  }
}

function isTooLate(thrown: unknown): boolean {
  return thrown instanceof CodedError && thrown.code === "deadline_exceeded";
}

/** Waits for all of them, and then fails where one of them did. */
async function allSettled(works: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

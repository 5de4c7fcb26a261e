import { readdirSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../base/clock.ts";
import { wholeShare } from "../base/share.ts";
import { componentDefinitions } from "../components.ts";
import { Shard } from "../controller/shard.ts";
import { InProcessSlot, type ShardSlot } from "../controller/shard_slot.ts";
import { spawnWorker } from "../controller/worker_process.ts";
import { WorkerSlot } from "../controller/worker_slot.ts";
import type { LogFormat, RootLogger } from "../telemetry/log.ts";
import type { Tracing } from "../telemetry/spans.ts";
import { ownCommand } from "./own_command.ts";
import { workerCommand } from "./worker.ts";

/** What the shards of `run` are made of. */
export interface SlotsParts {
  /** One lives in this process, several in processes of their own. */
  readonly workers: number;
  /** The folder that holds each shard's own. */
  readonly storagePath: string;
  readonly log: RootLogger;
  readonly logFormat: LogFormat;
  /** For the shard in this process. */
  readonly tracing: Tracing | undefined;
}

/** The places of the shards, none of which runs yet. */
export function createSlots({ workers, storagePath, log, logFormat, tracing }: SlotsParts): ShardSlot[] {
  const folder = (index: number) => join(storagePath, `shard-${index}`);
  const gone = shardsGone(storagePath, workers);
  // Their content is divided, so that it is soon used up.
  const adoptedPaths = (index: number) => gone.filter((one) => one % workers === index).map(folder);
  if (workers === 1) {
    const shard = new Shard({
      definitions: componentDefinitions,
      clock: systemClock,
      log,
      storagePath: folder(0),
      adoptedPaths: adoptedPaths(0),
      share: wholeShare,
      tracer: tracing?.tracer,
    });
    return [new InProcessSlot(shard, systemClock, log)];
  }
  const command = [...ownCommand(), workerCommand];
  return Array.from({ length: workers }, (_, index) => {
    const common = { index, count: workers, storagePath: folder(index), adoptedPaths: adoptedPaths(index) };
    return new WorkerSlot({
      index,
      spawn: () => spawnWorker(command),
      settings: () => ({ ...common, logLevel: log.level, logFormat }),
      clock: systemClock,
      log,
    });
  });
}

/** The numbers of shards that have left a folder and are not among the first `count`. */
export function shardsGone(storagePath: string, count: number): number[] {
  const numbers = namesIn(storagePath).map((name) => /^shard-(0|[1-9]\d{0,5})$/.exec(name)?.[1]);
  return numbers
    .filter((number) => number !== undefined)
    .map(Number)
    .filter((number) => number >= count)
    .sort((left, right) => left - right);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Whatever needs the folder makes it, and tells where it can't.
    return [];
  }
}

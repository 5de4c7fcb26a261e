import * as v from "valibot";
import { logFormats, logLevels } from "../telemetry/log.ts";

const settings = v.object({
  /** From 0; tells it apart from its siblings, and names its folder. */
  index: v.number(),
  /** How many there are. */
  count: v.number(),
  /** A folder that no other shard uses. */
  storagePath: v.string(),
  /** Folders of shards that are gone, whose content is this one's now. */
  adoptedPaths: v.array(v.string()),
  logLevel: v.picklist(logLevels),
  logFormat: v.picklist(logFormats),
});

/** What a worker is told at its start; never in its arguments or environment, which others can read. */
export type WorkerSettings = Readonly<v.InferOutput<typeof settings>>;

/** The first message to a worker; afterwards calls come. */
export const settingsMessage = v.object({ type: v.literal("settings"), settings });

/** What a worker says once it listens, and once it can be called. */
export const workerMessage = v.object({ type: v.picklist(["hello", "ready"]) });

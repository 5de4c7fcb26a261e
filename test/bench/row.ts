import type { BenchEnvironment } from "./environment.ts";
import type { GoalResult } from "./goal.ts";
import type { LoadedReceiver } from "./loaded_receiver.ts";
import type { BenchForm } from "./options.ts";
import type { ReceiverName } from "./receivers.ts";

/** What can be measured of a receiver. Those with a `column` stand in the table by themselves, others in words. */
export const quantities = {
  cpuMicros: { name: "CPU µs", digits: 1, column: true },
  timesNginx: { name: "× nginx", digits: 2, column: true },
  timesBare: { name: "× bare", digits: 2, column: true },
  rate: { name: "per s", digits: 0, column: true },
  p50Ms: { name: "p50 ms", digits: 2, column: true },
  p99Ms: { name: "p99 ms", digits: 2, column: true },
  memoryMb: { name: "MB", digits: 0, column: true },
  connections: { name: "connections opened", digits: 0, column: false },
  idleKb: { name: "KB per idle connection", digits: 2, column: false },
  loadSeconds: { name: "s of load", digits: 0, column: false },
  startMb: { name: "MB at the start", digits: 0, column: false },
  peakMb: { name: "MB at most", digits: 0, column: false },
  laterMb: { name: "MB later", digits: 0, column: false },
  idlePercent: { name: "% of a core idle", digits: 2, column: false },
  growth: { name: "times the memory before", digits: 3, column: false },
  timesWritten: { name: "bytes written for each of a profile", digits: 2, column: false },
  corePercent: { name: "% of a core", digits: 2, column: false },
  startMs: { name: "ms to the first profile", digits: 1, column: false },
} as const;

/** The name of something that is measured. */
export type Quantity = keyof typeof quantities;

/** What was measured of one receiver: for each quantity a value for each round. */
export interface Measured {
  readonly receiver: string;
  readonly values: Partial<Record<Quantity, readonly number[]>>;
}

/** How one row went. */
export interface RowResult {
  readonly name: string;
  readonly measured: readonly Measured[];
  readonly goals: readonly GoalResult[];
  /** What makes its numbers worthless: answers other than success, profiles that did not arrive. */
  readonly problems: readonly string[];
  /** Why nothing was measured. */
  readonly skipped?: string;
}

/** One row of the bench. */
export interface Row {
  readonly name: string;
  /** The forms of the bench that it is part of; the short and the full one unless given. */
  readonly forms?: readonly BenchForm[];
  /** What `--profile` does to which receiver in place of the row; nothing unless given. */
  readonly profile?: {
    readonly receiver: ReceiverName;
    readonly run: (one: LoadedReceiver, seconds: number) => Promise<void>;
  };
  readonly run: (environment: BenchEnvironment) => Promise<Omit<RowResult, "name">>;
}

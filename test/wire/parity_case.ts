import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PushEntry } from "./push_message.ts";
import { pushPath } from "./push_message.ts";
import type { PyroductConfig } from "./pyroduct_process.ts";
import type { SinkAnswer } from "./recording_sink.ts";

/** The destinations that the configurations name. */
export const sinkNames = ["a", "b"] as const;

/** One of them. */
export type SinkName = (typeof sinkNames)[number];

/** What a destination of Alloy's saw: a request on /ingest, or a Push with its samples. */
export interface AlloyRequest {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly content_type: readonly string[] | null;
  /** The names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly body_len?: number;
  readonly series?: readonly (readonly [labels: PushEntry["labels"], hash: string, id: string])[];
}

/** What Alloy's client saw; `code` and `message` where the answer was JSON. */
export interface AlloyAnswer {
  readonly status: number;
  readonly content_type: string;
  readonly text?: string;
  readonly code?: string | null;
  readonly message?: string | null;
}

/** One request, what the destinations answered to it, and what everyone saw. */
export interface ParityCase {
  readonly name: string;
  readonly config: string;
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly body_base64: string;
  };
  readonly downstream_answers: Readonly<Partial<Record<SinkName, readonly SinkAnswer[]>>>;
  readonly alloy: { readonly client: AlloyAnswer } & Readonly<Record<SinkName, readonly AlloyRequest[]>>;
}

/** The recordings: the configurations by name, and the cases that ran under them. */
export interface ParityRecordings {
  readonly configs: Readonly<Record<string, PyroductConfig>>;
  readonly cases: readonly ParityCase[];
}

/** Reads the recordings of Grafana Alloy. */
export function loadParityRecordings(): ParityRecordings {
  return JSON.parse(readFileSync(join(import.meta.dir, "cases.json"), "utf8")) as ParityRecordings;
}

/** Whether the request was a Push. */
export function isPush({ request }: ParityCase): boolean {
  return request.target.split("?")[0] === pushPath;
}

/** Whether a destination answers late, so that a hedge may add to the attempts. */
export function hasLateAnswer({ downstream_answers: answers }: ParityCase): boolean {
  return sinkNames.some((name) => answers[name]?.some(isLate));
}

/** Whether an answer comes after its attempt has timed out. */
export function isLate(answer: SinkAnswer): boolean {
  return (answer.delay_seconds ?? 0) > 0;
}

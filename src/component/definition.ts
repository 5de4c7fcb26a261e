import type { GenericSchema } from "valibot";
import type { Clock } from "../base/clock.ts";
import type { Share } from "../base/share.ts";
import type { Listeners } from "../http/listener.ts";
import type { Receiver } from "../profile/receiver.ts";
import type { Tracer } from "../profile/request_span.ts";
import type { Logger } from "../telemetry/log.ts";
import type { MetricScope } from "../telemetry/metric_scope.ts";
import type { Health } from "./health.ts";
import type { Queues } from "./queues.ts";

/** What a component gets from the shard that it lives in. */
export interface ComponentContext {
  /** `pyroscope.write.default`: the path to it in the configuration. */
  readonly id: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: MetricScope;
  /** A folder of its own, which it makes when it needs one. */
  readonly storagePath: string;
  /** Folders of this component in shards that are gone: what lies there is this shard's now. */
  readonly adoptedPaths: readonly string[];
  /** What falls to this shard of a limit that the configuration states for all shards together. */
  readonly share: Share;
  readonly listeners: Listeners;
  /** Records requests as spans; undefined where nobody asked for that. */
  readonly tracer?: Tracer | undefined;
}

/**
 * Where a component's arguments are wrong: a path below them, what is wrong there, and what to do about it, which
 * begins with a verb and shows no secret.
 */
export type ReportProblem = (path: readonly (string | number)[], message: string, fix?: string) => void;

/** An address that a component listens on. */
export interface ListeningAddress {
  /** Where it stands below the arguments. */
  readonly path: readonly (string | number)[];
  /** A host name or address; empty for all. */
  readonly host: string;
  /** 0 where the system chooses. */
  readonly port: number;
}

/** What a component's arguments must fit. */
export interface Surroundings {
  /** The components downstream, near or far, that store headers, by id. */
  readonly storingHeaders: readonly string[];
}

/**
 * A kind of component: what its arguments are and how one is built from them.
 * Building is pure: no socket, file or timer is opened before `start`.
 */
export interface ComponentDefinition<
  Args = unknown,
  Shared extends SharedPart | undefined = SharedPart | undefined,
> {
  /** `pyroscope.write`. */
  readonly type: string;
  /** One line on what it is for. */
  readonly description: string;
  /** Shape, defaults and documentation of the arguments. */
  readonly schema: GenericSchema<unknown, Args>;
  /** Whether others may forward to it. */
  readonly isReceiver: boolean;
  /** Rules between arguments, and files that must be readable. */
  readonly check?: (args: Args, report: ReportProblem, surroundings: Surroundings) => void;
  /** Whether it writes the headers that travel with a profile to where they outlive the process. */
  readonly storesHeaders?: (args: Args) => boolean;
  /** Where it will listen; absent for a kind that does not. */
  readonly listensOn?: (args: Args) => readonly ListeningAddress[];
  /** Makes what all components of this kind in a shard share. */
  readonly share?: (context: SharedContext) => Shared;
  readonly build: (args: Args, context: ComponentContext, shared: Shared) => Component<Args>;
}

/** What a part that components share gets from the shard that it lives in. */
export interface SharedContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: MetricScope;
  /** A folder of its own, which it makes when it needs one. */
  readonly storagePath: string;
  /** Which of the shards it is in. */
  readonly share: Share;
}

/** What the components of one kind in a shard share: it starts before them, and ends after them. */
export interface SharedPart {
  /** Opens what is there from before; throws a CodedError whose message is for the operator. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Takes over what lies in the folder of the same part of a shard that is gone; returns how much, in profiles. */
  adopt(storagePath: string): Promise<number>;
  readonly queues?: Queues;
}

/** A component that runs. */
export interface Component<Args = unknown> {
  /**
   * Wires it to what it forwards to. Called again when the wiring changes; the receiver returned before
   * stays as it was, so that a request in flight finishes on the pipeline it began with.
   *
   * @returns the receiver that others may forward to; undefined where it is none.
   */
  connect(children: readonly Receiver[]): Receiver | undefined;
  /** Opens what it needs; throws a CodedError whose message is for the operator. */
  start(): Promise<void>;
  /** Begins to take requests; called once everything of the new configuration has started. Never fails. */
  activate?(): void;
  /**
   * Looks whether changed arguments can be taken in place, and changes nothing yet.
   *
   * @returns what takes them, from the next request on, and never fails; called once all else of the new configuration
   * has started. Undefined where they need a new component.
   */
  update?(args: Args): (() => void) | undefined;
  /** Ends it: nothing new is taken, and what is under way has `graceMs` to finish. */
  stop(graceMs: number): Promise<void>;
  /**
   * Resolves when the requests that are under way now have ended, at the latest after `graceMs`. What they are
   * wired to is kept until then.
   */
  quiesce?(graceMs: number): Promise<unknown>;
  /** How long `stop` should let it finish where its own arguments say so, in milliseconds. */
  readonly graceMs?: number;
  /** Says on every answer from now on that the connection closes, since the process is about to end. */
  announceStop?(): void;
  health(): Health;
  /** Where it sends to, where it does. */
  endpoints?(): readonly EndpointStatus[];
  /** Where it listens, where it does. */
  readonly address?: string | undefined;
  /** Profiles that it keeps, where it keeps any. */
  readonly profiles?: StoredProfiles;
}

/** How one of the destinations of a component does. */
export interface EndpointStatus {
  /** Its name, else its URL: as in the metrics' label `endpoint`. */
  readonly name: string;
  readonly url: string;
  /** Why the latest delivery failed; undefined where it did not. */
  readonly failing?: string | undefined;
  /** What it keeps to be delivered later; undefined where it keeps nothing. */
  readonly queue?: QueueStatus | undefined;
}

/** What waits in the queue of an endpoint. */
export interface QueueStatus {
  readonly type: "memory" | "disk" | "jetstream";
  readonly profiles: number;
  readonly bytes: number;
  /** How long the oldest has waited, in milliseconds; undefined where nothing waits. */
  readonly oldestMs?: number | undefined;
}

/** What is known of a stored profile. Times are in milliseconds since the Unix epoch. */
export interface StoredProfile {
  readonly id: string;
  readonly component_id: string;
  readonly received_at: number;
  /** When the profile began and ended, as its sender says; null where it does not. */
  readonly from: number | null;
  readonly until: number | null;
  /** The way it came: `ingest` or `push`. */
  readonly kind: string;
  /** `pprof`, `jfr`, …, as the sender named it; empty where it did not. */
  readonly format: string;
  readonly content_type: string;
  readonly content_encoding: string;
  readonly service_name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly bytes: number;
}

/** How much came for one service. */
export interface ServiceActivity {
  readonly service_name: string;
  readonly profiles: number;
  readonly bytes: number;
}

/** Profiles that can be looked at. */
export interface StoredProfiles {
  /** A profile and its body as it came; undefined where it is not, or no longer, there. */
  get(id: string): { readonly profile: StoredProfile; readonly body: Uint8Array } | undefined;
  /** What came since the last call, by service. */
  activity(): ServiceActivity[];
  /** The SQLite files that they are in, for those who only read them. */
  paths(): readonly string[];
}

/**
 * Hides the arguments' type, so that definitions of all kinds fit in one list. The shard hands a definition
 * only arguments that its own schema returned.
 */
export function defineComponent<Args, Shared extends SharedPart | undefined = undefined>(
  definition: ComponentDefinition<Args, Shared>,
): ComponentDefinition {
  return definition as unknown as ComponentDefinition;
}

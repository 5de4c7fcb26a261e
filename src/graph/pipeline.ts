import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import type { Clock } from "../base/clock.ts";
import type { Share } from "../base/share.ts";
import type {
  Component,
  ComponentContext,
  ComponentDefinition,
  SharedPart,
} from "../component/definition.ts";
import type { ComponentConfig } from "../config/load_config.ts";
import { downstreamFirst } from "../config/references.ts";
import type { ListenerPool } from "../http/listener.ts";
import type { TapPoint } from "../profile/profile_watch.ts";
import type { Receiver } from "../profile/receiver.ts";
import type { Tracer } from "../profile/request_span.ts";
import type { Logger } from "../telemetry/log.ts";
import { MetricScope } from "../telemetry/metric_scope.ts";
import { RecentLines } from "../telemetry/recent_lines.ts";
import { Edge, type EdgeCount } from "./edge.ts";

/** What a pipeline is made in. */
export interface PipelineParts {
  readonly definitions: readonly ComponentDefinition[];
  readonly clock: Clock;
  readonly log: Logger;
  /** The folder below which each component has one of its own. */
  readonly storagePath: string;
  /** The same of shards that are gone, whose components' folders are those of this one's now. */
  readonly adoptedPaths: readonly string[];
  /** Which part of the limits that hold for all shards falls to this one. */
  readonly share: Share;
  readonly listeners: ListenerPool;
  readonly tracer?: Tracer | undefined;
}

/** A component that runs, and how it is wired. */
export interface RunningComponent {
  readonly config: ComponentConfig;
  readonly component: Component;
  readonly metrics: MetricScope;
  /** The latest warnings and errors, of what ran by this id before too. */
  readonly recent: RecentLines;
  readonly receiver: Receiver | undefined;
  readonly children: readonly Edge[];
}

/** What the components of one kind share. */
export interface RunningShared {
  readonly type: string;
  readonly part: SharedPart;
  readonly metrics: MetricScope;
}

/** A component on its way into the pipeline. */
interface Candidate {
  readonly config: ComponentConfig;
  readonly component: Component;
  readonly metrics: MetricScope;
  readonly recent: RecentLines;
  readonly isNew: boolean;
  /** Takes changed arguments, where they have changed in place. */
  readonly update?: () => void;
}

/** A change that is ready to happen: nothing that could fail is left to do. Exactly one of the two ends it. */
export interface PreparedChange {
  /** Lets it happen. */
  commit(): void;
  /** Ends what was started for it; all is as it was. */
  rollback(): Promise<void>;
}

/** How long a component that a reload took out may need to end, where it does not say itself. */
const defaultGraceMs = 30_000;

/** The components that run, changed as a whole or not at all. */
export class Pipeline {
  readonly #parts: PipelineParts;
  #running: ReadonlyMap<string, RunningComponent> = new Map();
  readonly #retiring = new Set<Promise<unknown>>();
  /** Where whoever wants to see profiles pass hooks in. */
  readonly taps: TapPoint = { tap: undefined };
  readonly #shared: readonly RunningShared[];
  #hasStarted = false;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#shared = parts.definitions.flatMap((definition) => this.#share(definition) ?? []);
  }

  /** What the components of each kind share. */
  get shared(): readonly RunningShared[] {
    return this.#shared;
  }

  get running(): ReadonlyMap<string, RunningComponent> {
    return this.#running;
  }

  /** What has passed from each component to each that it forwards to. */
  edges(): EdgeCount[] {
    return [...this.#running.values()].flatMap(({ children }) => children.map((edge) => edge.count));
  }

  /**
   * Changes to another configuration: builds and starts what is new or changed, then swaps, then ends what is
   * gone. Components that have not changed are left alone, and requests under way finish where they began.
   *
   * @throws CodedError where something new can't start; then all is as it was.
   */
  async apply(configs: readonly ComponentConfig[]): Promise<void> {
    const change = await this.prepare(configs);
    change.commit();
  }

  /**
   * The first half of `apply`, all that can fail: builds and starts what is new or changed. One change at a time.
   *
   * @throws CodedError where something new can't start; then all is as it was.
   */
  async prepare(configs: readonly ComponentConfig[]): Promise<PreparedChange> {
    const undo: (() => unknown)[] = [];
    const rollback = async () => {
      for (const step of undo.reverse()) await step();
    };
    try {
      await this.#startShared(undo);
      const candidates: Candidate[] = [];
      for (const config of downstreamFirst(configs)) candidates.push(await this.#prepare(config, undo));
      return { commit: () => this.#swap(candidates), rollback };
    } catch (thrown) {
      await rollback();
      throw thrown;
    }
  }

  /**
   * Ends everything, those who receive first, so that what they took is still delivered.
   *
   * @param graceMs how long all of it may take; default the longest time that a component says itself.
   */
  async stop(graceMs?: number): Promise<void> {
    const upstreamFirst = [...this.#running.values()].reverse();
    const { clock } = this.#parts;
    const stated = upstreamFirst.flatMap(({ component }) => component.graceMs ?? []);
    const allMs = graceMs ?? (stated.length === 0 ? defaultGraceMs : Math.max(...stated));
    const endsAt = clock.now() + allMs;
    for (const { component } of upstreamFirst) component.announceStop?.();
    for (const { component } of upstreamFirst) {
      const leftMs = Math.max(0, endsAt - clock.now());
      await component.stop(Math.min(graceMs ?? component.graceMs ?? leftMs, leftMs));
    }
    await Promise.all(this.#retiring);
    await Promise.all(this.#shared.map(({ part }) => part.stop()));
  }

  async #startShared(undo: (() => unknown)[]): Promise<void> {
    if (this.#hasStarted) return;
    for (const { type, part } of this.#shared) {
      undo.push(() => part.stop());
      await part.start();
      // What shards that are gone have left is this one's now.
      for (const path of this.#parts.adoptedPaths) await part.adopt(join(path, type));
    }
    this.#hasStarted = true;
    undo.push(() => {
      this.#hasStarted = false;
    });
  }

  #share({ type, share: make }: ComponentDefinition): RunningShared | undefined {
    const { clock, log, storagePath, share } = this.#parts;
    const metrics = new MetricScope({});
    const context = {
      clock,
      log: log.child({ component: type }),
      metrics,
      storagePath: join(storagePath, type),
      share,
    };
    const part = make?.(context);
    return part && { type, part, metrics };
  }

  /** What runs already where nothing changed; else a component that takes the new arguments. */
  async #prepare(config: ComponentConfig, undo: (() => unknown)[]): Promise<Candidate> {
    const old = this.#running.get(config.id);
    const definition = this.#definition(config.type);
    const args = v.parse(definition.schema, config.source);
    if (old !== undefined) {
      const { component, metrics, recent } = old;
      const kept: Candidate = { config, component, metrics, recent, isNew: false };
      const oldArgs = ownArguments(old.config);
      if (isDeepStrictEqual(oldArgs, ownArguments(config))) return kept;
      const update = component.update?.(args);
      if (update !== undefined) return { ...kept, update };
    }
    const metrics = old?.metrics ?? new MetricScope({ component_id: config.id });
    const { clock, log } = this.#parts;
    const recent = old?.recent ?? new RecentLines(log.child({ component_id: config.id }), clock.wall);
    const part = this.#shared.find(({ type }) => type === config.type)?.part;
    const component = definition.build(args, this.#context(config, metrics, recent.log), part);
    await component.start();
    undo.push(() => component.stop(0));
    return { config, component, metrics, recent, isNew: true };
  }

  // From here on nothing may fail or wait: requests must never meet half of one configuration.
  #swap(candidates: readonly Candidate[]): void {
    const before = this.#running;
    const after = new Map<string, RunningComponent>();
    for (const { update } of candidates) update?.();
    for (const candidate of candidates) {
      const { config, component, metrics, recent } = candidate;
      const children = this.#edgesOf(config, after);
      const old = before.get(config.id);
      const isWired =
        !candidate.isNew &&
        old !== undefined &&
        isDeepStrictEqual(old.config, config) &&
        areSame(old.children, children);
      const receiver = isWired ? old.receiver : component.connect(children);
      after.set(config.id, { config, component, metrics, recent, receiver, children });
    }
    this.#running = after;
    for (const { component, isNew } of candidates) if (isNew) component.activate?.();
    this.#retire(before, after);
  }

  /** What the component forwards to; where that has not changed, the very edge that there is. */
  #edgesOf(
    { id, forwardTo }: ComponentConfig,
    after: ReadonlyMap<string, RunningComponent>,
  ): readonly Edge[] {
    const before = this.#running.get(id)?.children ?? [];
    return forwardTo.flatMap((to) => {
      const receiver = after.get(to)?.receiver;
      if (receiver === undefined) return [];
      const old = before.find(({ count }) => count.to === to);
      return old?.receiver === receiver ? old : new Edge(id, to, receiver, this.taps, old?.count);
    });
  }

  #retire(before: ReadonlyMap<string, RunningComponent>, after: ReadonlyMap<string, RunningComponent>): void {
    const gone = [...before.values()].filter(
      ({ config, component }) => after.get(config.id)?.component !== component,
    );
    if (gone.length === 0) return;
    const old = [...before.values()].map(({ component }) => component);
    const work = (async () => {
      await Promise.all(old.map((component) => component.quiesce?.(component.graceMs ?? defaultGraceMs)));
      for (const { component } of gone.reverse()) await component.stop(component.graceMs ?? defaultGraceMs);
    })();
    const retiring = work.finally(() => this.#retiring.delete(retiring));
    this.#retiring.add(retiring);
  }

  #definition(type: string): ComponentDefinition {
    const definition = this.#parts.definitions.find((one) => one.type === type);
    if (definition === undefined) throw new Error(`there is no component type ${type}`);
    return definition;
  }

  #context(config: ComponentConfig, metrics: MetricScope, log: Logger): ComponentContext {
    const { clock, storagePath, adoptedPaths, share, listeners, tracer } = this.#parts;
    return {
      id: config.id,
      clock,
      log,
      metrics,
      storagePath: join(storagePath, config.id),
      adoptedPaths: adoptedPaths.map((path) => join(path, config.id)),
      share,
      listeners: listeners.ownedBy(config.id),
      tracer,
    };
  }
}

/** The arguments without the wiring, which changes without touching the component. */
function ownArguments({ source }: ComponentConfig): Readonly<Record<string, unknown>> {
  const { forward_to: _, ...own } = source;
  return own;
}

function areSame(left: readonly Receiver[], right: readonly Receiver[]): boolean {
  return left.length === right.length && left.every((receiver, index) => receiver === right[index]);
}

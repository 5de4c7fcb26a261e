import * as v from "valibot";
import { CodedError } from "../../src/base/failure.ts";
import { integer } from "../../src/component/arguments.ts";
import {
  type Component,
  type ComponentContext,
  type ComponentDefinition,
  defineComponent,
} from "../../src/component/definition.ts";
import type { ComponentConfig } from "../../src/config/load_config.ts";
import type { Receiver } from "../../src/profile/receiver.ts";

const schema = v.object({
  forward_to: v.optional(v.array(v.string()), []),
  /** A change of it can be taken in place. */
  soft: v.optional(integer(0), 0),
  /** A change of it needs a new component. */
  hard: v.optional(integer(0), 0),
  isBroken: v.optional(v.boolean(), false),
});

type RecordedArguments = v.InferOutput<typeof schema>;

/** Notes everything that happens to components, each as `what label`. */
export class Lifecycle {
  readonly events: string[] = [];
  /** What holds up the quiescing of a component, by its label. */
  readonly busy = new Map<string, Promise<unknown>>();
  /** What happens while a component stops, by its label. */
  readonly stopping = new Map<string, () => Promise<unknown>>();

  /** A definition whose components note what is done with them. */
  readonly definition: ComponentDefinition = defineComponent<RecordedArguments>({
    type: "t",
    description: "For tests.",
    schema,
    isReceiver: true,
    build: (args, context) => new RecordedComponent(args, context, this),
  });

  /** The events since the last call. */
  take(): string[] {
    return this.events.splice(0);
  }
}

/** A component that does nothing but notes it. */
class RecordedComponent implements Component<RecordedArguments> {
  readonly #label: string;
  readonly #lifecycle: Lifecycle;
  #args: RecordedArguments;

  constructor(args: RecordedArguments, context: ComponentContext, lifecycle: Lifecycle) {
    this.#args = args;
    this.#label = context.id.slice("t.".length);
    this.#lifecycle = lifecycle;
    this.#note("build");
    context.metrics.counter("t_built_total", "Built.", []).labels({}).inc();
  }

  connect(children: readonly Receiver[]): Receiver {
    this.#note(`connect(${children.length})`);
    return { plan: () => {} };
  }

  async start(): Promise<void> {
    if (this.#args.isBroken) throw new CodedError("unavailable", `${this.#label} can't start`);
    this.#note("start");
  }

  activate(): void {
    this.#note("activate");
  }

  update(args: RecordedArguments): (() => void) | undefined {
    if (args.hard !== this.#args.hard || args.isBroken !== this.#args.isBroken) return undefined;
    return () => {
      this.#args = args;
      this.#note(`update(${args.soft})`);
    };
  }

  async stop(graceMs: number): Promise<void> {
    this.#note(`stop(${graceMs})`);
    await this.#lifecycle.stopping.get(this.#label)?.();
  }

  async quiesce(): Promise<void> {
    await this.#lifecycle.busy.get(this.#label);
  }

  announceStop(): void {
    this.#note("announce");
  }

  health() {
    return { state: "healthy" as const, message: "", sinceMs: 0 };
  }

  #note(what: string): void {
    this.#lifecycle.events.push(`${what} ${this.#label}`);
  }
}

/** The configuration of a recorded component. */
export function recorded(
  label: string,
  forwardTo: readonly string[] = [],
  args: Partial<RecordedArguments> = {},
): ComponentConfig {
  const ids = forwardTo.map((one) => `t.${one}`);
  const source = { ...args, forward_to: ids.map((id) => `${id}.receiver`) };
  return { id: `t.${label}`, type: "t", label, source, forwardTo: ids };
}

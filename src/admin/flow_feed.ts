import type { Clock, Timer } from "../base/clock.ts";
import type { Controller } from "../controller/controller.ts";
import type { Flow, FlowRates } from "./api/flow.ts";
import { edgeRates, endpointRates, flowOf, type PassedSoFar, passedSoFar, rateNames } from "./flow_view.ts";

/** How often rates are told. */
const everyMs = 1000;

/** When it is looked again where somebody came while it was looked, or could not take what there was. */
const soonMs = 100;

/** Told of the flow; both are JSON. */
export interface FlowListener {
  /**
   * The graph has changed, or this is the first time.
   *
   * @returns false where it can't be taken now; then it is told again.
   */
  changed(flow: string): boolean;
  rates(rates: string): void;
}

/** Looks at the flow every second, once for all who are told; not at all while there is nobody. */
export class FlowFeed {
  readonly #controller: Controller;
  readonly #clock: Clock;
  /** Each with the graph that it was told last. */
  readonly #listeners = new Map<FlowListener, string>();
  #before: PassedSoFar | undefined;
  #timer: Timer | undefined;
  #isLooking = false;

  constructor(controller: Controller, clock: Clock) {
    this.#controller = controller;
    this.#clock = clock;
  }

  /** The graph as it is now. */
  async flow(): Promise<Flow> {
    const flow = await this.#controller.observation.flow();
    return { time: this.#clock.wall(), ...flowOf(this.#controller.shown, flow) };
  }

  /** Tells of the flow from now on; what it returns ends that. */
  listen(listener: FlowListener): () => void {
    this.#listeners.set(listener, "");
    // Whoever comes is told at once; the others hear of it a little earlier than they would.
    this.#timer?.cancel();
    if (!this.#isLooking) this.#lookAfter(0);
    return () => this.#listeners.delete(listener);
  }

  #lookAfter(delayMs: number): void {
    this.#timer = this.#clock.schedule(delayMs, () => {
      this.#isLooking = true;
      void this.#look().finally(() => {
        this.#isLooking = false;
        this.#goOn();
      });
    });
  }

  #goOn(): void {
    if (this.#listeners.size === 0) {
      this.#before = undefined;
      return;
    }
    const hasNew = [...this.#listeners.values()].includes("");
    this.#lookAfter(hasNew ? soonMs : everyMs);
  }

  async #look(): Promise<void> {
    const { observation, shown } = this.#controller;
    const [flow, families] = await Promise.all([observation.flow(), observation.readMetrics(rateNames)]);
    const time = this.#clock.wall();
    const graph = flowOf(shown, flow);
    const graphText = JSON.stringify(graph);
    const now = passedSoFar(this.#clock.now(), flow, families);
    const rates = this.#before && ratesOf(this.#before, now, time);
    this.#before = now;
    const changed = JSON.stringify({ time, ...graph } satisfies Flow);
    for (const [listener, told] of this.#listeners) {
      if (told !== graphText && listener.changed(changed)) this.#listeners.set(listener, graphText);
      if (rates !== undefined) listener.rates(rates);
    }
  }
}

function ratesOf(before: PassedSoFar, now: PassedSoFar, time: number): string {
  const rates: FlowRates = { time, edges: edgeRates(before, now), endpoints: endpointRates(before, now) };
  return JSON.stringify(rates);
}

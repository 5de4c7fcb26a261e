import type { Clock, Timer } from "../base/clock.ts";
import type { Controller } from "../controller/controller.ts";
import type { MetricHistory, MetricPoint, MetricSeries, MetricValue } from "./api/metrics.ts";
import { type ChartValue, chartedNames, chartValues, keyOf } from "./chart_values.ts";

/** How often a sample is taken. */
const stepMs = 5000;

/** Samples that are kept: 15 minutes. */
const mostSamples = 180;

/** Series that are kept: a thousand endpoints with all that is charted of them. */
const mostSeries = 8192;

interface Line {
  readonly component: string;
  readonly metric: MetricSeries["metric"];
  readonly endpoint: string | null;
  readonly unit: MetricSeries["unit"];
  /** A place for each sample, over and over; NaN where there is none. */
  readonly values: Float64Array;
  /** What it was at the latest sample, and the number of that. */
  before: number | undefined;
  sample: number;
}

/** The charts of the last 15 minutes, sampled whether anybody looks or not. */
export class MetricSamples {
  readonly #controller: Controller;
  readonly #clock: Clock;
  readonly #lines = new Map<string, Line>();
  readonly #times: number[] = [];
  readonly #listeners = new Set<(point: MetricPoint) => void>();
  #taken = 0;
  #lastAt: number | undefined;
  #timer: Timer | undefined;

  constructor(controller: Controller, clock: Clock) {
    this.#controller = controller;
    this.#clock = clock;
  }

  /** Begins to take samples. */
  start(): void {
    this.#timer = this.#clock.schedule(stepMs, () => {
      void this.take().finally(() => {
        if (this.#timer !== undefined) this.start();
      });
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Tells of each new sample; what it returns ends that. */
  listen(listener: (point: MetricPoint) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Everything that is kept, or what is kept of one component. */
  history(component?: string): MetricHistory {
    const lines = [...this.#lines.values()].filter(
      (line) => component === undefined || line.component === component,
    );
    const first = Math.max(0, this.#taken - mostSamples);
    const series = lines.map(({ values, before: _before, sample: _sample, ...line }): MetricSeries => {
      const inOrder = Array.from(
        { length: this.#taken - first },
        (_, index) => values[(first + index) % mostSamples],
      );
      return { ...line, values: inOrder.map(shown) };
    });
    return { step_ms: stepMs, times: [...this.#times], series };
  }

  /** Takes a sample now. */
  async take(): Promise<void> {
    const { observation } = this.#controller;
    const [flow, families, process] = await Promise.all([
      observation.flow(),
      observation.readMetrics(chartedNames),
      this.#controller.processMetrics(),
    ]);
    const now = this.#clock.now();
    const seconds = this.#lastAt === undefined ? undefined : (now - this.#lastAt) / 1000;
    const slot = this.#taken % mostSamples;
    for (const line of this.#lines.values()) line.values[slot] = Number.NaN;
    const values = chartValues(flow, [...families, ...process]).map((one) => this.#note(one, slot, seconds));
    this.#taken += 1;
    this.#lastAt = now;
    this.#times.push(this.#clock.wall());
    if (this.#times.length > mostSamples) this.#times.shift();
    this.#forget();
    const point: MetricPoint = { time: this.#times.at(-1) ?? 0, values };
    for (const listener of this.#listeners) listener(point);
  }

  #note(one: ChartValue, slot: number, seconds: number | undefined): MetricValue {
    const line = this.#lineOf(one);
    const { component, metric, endpoint, unit } = line;
    // What a reload took away and brought back has no rate over the time between.
    const before = line.sample === this.#taken - 1 ? line.before : undefined;
    const value = one.isCounter ? rateOf(before, one.value, seconds) : one.value;
    line.before = one.value;
    line.sample = this.#taken;
    line.values[slot] = value;
    return { component, metric, endpoint, unit, value: shown(value) };
  }

  #lineOf(one: ChartValue): Line {
    const key = keyOf(one);
    let line = this.#lines.get(key);
    if (line === undefined) {
      const { component, metric, endpoint, unit } = one;
      const values = new Float64Array(mostSamples).fill(Number.NaN);
      line = { component, metric, endpoint, unit, values, before: undefined, sample: 0 };
      if (this.#lines.size < mostSeries) this.#lines.set(key, line);
    }
    return line;
  }

  /** Series of components that went with a reload go once nothing of them is left. */
  #forget(): void {
    for (const [key, { sample }] of this.#lines) {
      if (sample < this.#taken - mostSamples) this.#lines.delete(key);
    }
  }
}

// A counter that is lower than it was has begun anew.
function rateOf(before: number | undefined, now: number, seconds: number | undefined): number {
  if (before === undefined || seconds === undefined || seconds <= 0) return Number.NaN;
  return Math.max(0, now - before) / seconds;
}

function shown(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

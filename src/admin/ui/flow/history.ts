import type { MetricHistory, MetricPoint, MetricSeries } from "../../api/metrics.ts";

/** How many samples a chart shows: 15 minutes. */
const maxSamples = 180;

/** Appends the newest sample of every series that is of `component`. */
export function appendPoint(history: MetricHistory, point: MetricPoint, component: string): MetricHistory {
  const last = history.times.at(-1);
  if (last !== undefined && point.time <= last) return history;
  const newest = new Map(
    point.values.filter((value) => value.component === component).map((value) => [seriesKey(value), value]),
  );
  const times = [...history.times, point.time].slice(-maxSamples);
  const series = history.series.map((one) => {
    const found = newest.get(seriesKey(one));
    newest.delete(seriesKey(one));
    return { ...one, values: [...one.values, found?.value ?? null].slice(-maxSamples) };
  });
  // What was not there before, such as an endpoint after a reload, begins now.
  for (const { value, ...rest } of newest.values()) {
    series.push({ ...rest, values: [...new Array<null>(times.length - 1).fill(null), value] });
  }
  return { ...history, times, series };
}

/** What tells series of one component apart. */
export function seriesKey({ metric, endpoint }: Pick<MetricSeries, "metric" | "endpoint">): string {
  return `${metric} ${endpoint ?? ""}`;
}

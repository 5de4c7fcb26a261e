import type { ChartedMetric, MetricSeries, MetricUnit } from "../../api/metrics.ts";
import { formatBytes, formatCount, formatSpan } from "../format.ts";
import { chartLine } from "./chart_line.ts";

const width = 260;
const height = 48;
const spanMs = 15 * 60_000;

const titles: Readonly<Record<ChartedMetric, string>> = {
  profiles_received: "Profiles received",
  bytes_received: "Bytes received",
  requests_refused: "Requests refused",
  profiles_passed: "Profiles passed on",
  profiles_dropped: "Profiles dropped",
  profiles_sent: "Profiles sent",
  bytes_sent: "Bytes sent",
  profiles_failed: "Profiles not delivered",
  retries: "Further attempts",
  profiles_stored: "Profiles stored",
  bytes_stored: "Bytes stored",
  queue_profiles: "Profiles in the queue",
  queue_bytes: "Bytes in the queue",
  queue_oldest: "Oldest in the queue",
  cpu: "CPU",
  memory: "Memory",
};

/** A small chart of the last 15 minutes. */
export function Chart({ series, times }: { series: MetricSeries; times: readonly number[] }) {
  const { path, max, last } = chartLine(times, series.values, spanMs, width, height);
  const now = last === null ? "unknown" : formatMeasured(last, series.unit);
  const most = formatMeasured(max, series.unit);
  const title = titles[series.metric];
  return (
    <figure class="chart">
      <figcaption>
        <span>{title}</span> <strong>{now}</strong>
        {series.endpoint !== null && <span class="muted chart-endpoint">{series.endpoint}</span>}
      </figcaption>
      <svg
        viewBox={`0 -2 ${width} ${height + 4}`}
        role="img"
        aria-label={`${title}, last 15 minutes: now ${now}, at most ${most}`}
        preserveAspectRatio="none"
      >
        <path class="chart-base" d={`M0,${height}H${width}`} />
        <path class="chart-line" d={path} />
      </svg>
      <span class="muted chart-most">at most {most}</span>
    </figure>
  );
}

/** Writes a value in the unit of a chart. */
export function formatMeasured(value: number, unit: MetricUnit): string {
  switch (unit) {
    case "bytes":
      return formatBytes(value);
    case "bytes/s":
      return `${formatBytes(value)}/s`;
    case "profiles/s":
    case "requests/s":
      return `${formatCount(value)}/s`;
    case "seconds":
      return formatSpan(value * 1000);
    case "cores":
      return `${Number((value * 100).toFixed(1))} %`;
    case "profiles":
      return formatCount(value);
  }
}

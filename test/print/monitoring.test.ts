import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { metricCatalogue } from "../../src/cli/monitoring/metric_catalogue.ts";
import { Queries } from "../../src/cli/monitoring/promql.ts";
import { alertsFile } from "../../src/cli/print_alerts.ts";
import { dashboard } from "../../src/cli/print_dashboard.ts";
import { type Exposition, parseExposition } from "../metrics/exposition.ts";
import { RunningConfig } from "../reload/running_config.ts";
import { testTimeoutMs } from "../wire/bounded.ts";
import { PyroductProcess } from "../wire/pyroduct_process.ts";
import { expressionsIn, labelsIn, metricsIn, type PrintedDashboard } from "./promql_reader.ts";

const printedDashboard = (await dashboard()) as PrintedDashboard;
const rules: { alert: string; expr: string; annotations: { summary: string; runbook_url: string } }[] = parse(
  await alertsFile(),
).groups[0].rules;

/** What a pyroduct with a component of each kind exposes. */
async function scraped(): Promise<Exposition> {
  const http = { listen_address: "127.0.0.1", listen_port: 0 };
  await using pyroduct = await PyroductProcess.start({
    "pyroscope.receive_http": { r: { http, forward_to: ["pyroscope.relabel.x.receiver"] } },
    "pyroscope.relabel": { x: { forward_to: ["pyroscope.enrich.e.receiver"] } },
    "pyroscope.enrich": {
      e: {
        targets: [{ job: "a" }],
        target_match_label: "job",
        forward_to: ["pyroscope.write.w.receiver", "pyroscope.local_store.s.receiver"],
      },
    },
    "pyroscope.write": { w: { endpoint: { url: "http://127.0.0.1:1", queue: { type: "memory" } } } },
    "pyroscope.local_store": { s: {} },
  });
  return parseExposition(await new RunningConfig(pyroduct).metrics());
}

test(
  "the catalogue, the dashboard and the alerts know the metrics that a running pyroduct exposes",
  async () => {
    const exposition = await scraped();
    const exposed = [...exposition.keys()].toSorted();
    expect([...(await metricCatalogue()).keys()].toSorted()).toEqual(exposed);
    const expressions = [...expressionsIn(printedDashboard), ...rules.map(({ expr }) => expr)];
    const named = expressions.flatMap(metricsIn);
    expect(named.length).toBeGreaterThan(expressions.length);
    const families = named.map((name) =>
      exposition.has(name) ? name : name.replace(/_(bucket|sum|count)$/, ""),
    );
    expect(families.filter((name) => !exposition.has(name))).toEqual([]);
    // What is shown nowhere would not be missed.
    const unseen = [
      "pyroscope_receive_http_grpc_concurrent_streams_limit",
      "pyroscope_receive_http_response_message_bytes",
    ];
    expect(exposed.filter((name) => !families.includes(name))).toEqual(unseen);
  },
  testTimeoutMs,
);

describe("the dashboard", () => {
  test("has panels that do not overlap and stay on the page", () => {
    const cells = printedDashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(printedDashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });

  test("has panels of their own IDs, each with a description", () => {
    const { panels } = printedDashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(panels.filter(({ type, description }) => type !== "row" && !description)).toEqual([]);
  });

  test("narrows every selector to the job and instance that are chosen", () => {
    for (const expression of expressionsIn(printedDashboard)) {
      const selectors = expression.match(/[a-z_]+\{[^}]*\}/g) ?? [];
      expect(selectors.length).toBe(metricsIn(expression).length);
      for (const selector of selectors) expect(selector).toContain('job=~"$job", instance=~"$instance"');
    }
  });
});

describe("every alert", () => {
  test("has a runbook in README, where its address leads", () => {
    const readme = readFileSync(join(import.meta.dir, "..", "..", "README.md"), "utf8");
    const headings = [...readme.matchAll(/^### (Pyroduct\w+)$/gm)].map((match) => match[1] ?? "");
    expect(headings.toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
    const anchors = rules.map(({ annotations }) => new URL(annotations.runbook_url).hash);
    expect(anchors).toEqual(rules.map(({ alert }) => `#${alert.toLowerCase()}`));
  });

  test("says in its summary only what its query tells", () => {
    for (const { alert, expr, annotations } of rules) {
      for (const label of labelsIn(annotations.summary))
        expect(/\bby \(|absent/.test(expr) ? expr : `${expr} instance component_id`, alert).toContain(label);
    }
  });
});

describe("queries", async () => {
  const queries = new Queries(await metricCatalogue(), { matchers: "", range: "5m" });

  test("of a metric that there is not are refused", () => {
    expect(() => queries.rate("pyroscope_nothing_total")).toThrow(
      "no metric is called pyroscope_nothing_total",
    );
  });

  test("that do not fit a metric's type are refused", () => {
    expect(() => queries.rate("process_open_fds")).toThrow("is a gauge");
    expect(() => queries.quantile(0.5, "process_open_fds")).toThrow("is no histogram");
    expect(() => queries.value("pyroscope_write_latency")).toThrow("has no one value");
  });
});

/** Dashboard and alerts, judged by Prometheus. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { parse } from "yaml";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { alertCases } from "./alert_cases.ts";
import { printed } from "./printed.ts";
import { PrometheusServer } from "./prometheus_server.ts";
import { expressionsIn, metricsIn } from "./promql_reader.ts";
import { passes } from "./tool.ts";

const folder = new TemporaryFolder();
let alerts: string;

beforeAll(async () => {
  alerts = await printed("alerts");
  writeFileSync(folder.file("alerts.yaml"), alerts);
});

afterAll(() => folder[Symbol.dispose]());

describe("alerts", () => {
  test("are rules that Prometheus takes", async () => {
    expect(await passes(["promtool", "check", "rules", "alerts.yaml"], folder.path)).toContain(
      `${alertCases.length} rules found`,
    );
  });

  test("have a case each", () => {
    const names = parse(alerts).groups[0].rules.map((rule: { alert: string }) => rule.alert);
    expect(alertCases.map(({ alert }) => alert)).toEqual(names);
  });

  test.each(alertCases.map((one) => [one.alert, one] as const))(
    "%s fires when it must, and only then",
    async (alert, one) => {
      const { labels: extra, annotations } = parse(alerts).groups[0].rules.find(
        (rule: { alert: string }) => rule.alert === alert,
      );
      const exp_labels = { ...extra, ...one.labels };
      const file = {
        rule_files: [folder.file("alerts.yaml")],
        evaluation_interval: "1m",
        tests: [
          unitTest(one.firing, alert, [
            { exp_labels, exp_annotations: { ...annotations, summary: one.summary } },
          ]),
          unitTest(one.quiet, alert, []),
        ],
      };
      writeFileSync(folder.file(`${alert}.json`), JSON.stringify(file));
      await passes(["promtool", "test", "rules", `${alert}.json`], folder.path);
    },
  );
});

test("every panel of the dashboard shows something of a pyroduct that Prometheus scrapes", async () => {
  await using prometheus = await PrometheusServer.start();
  const dashboard = JSON.parse(await printed("dashboard"));
  const empty: string[] = [];
  for (const expression of expressionsIn(dashboard)) {
    const query = expression
      .replaceAll("$__rate_interval", "20s")
      .replaceAll("$job", "pyroduct")
      .replaceAll("$instance", ".*");
    if ((await prometheus.query(query)) === 0) empty.push(query);
  }
  // A series by reason begins with the first occurrence, of which these have none.
  expect(empty.flatMap(metricsIn)).toEqual([
    "pyroduct_write_queue_rejected_total",
    "pyroduct_write_queue_dropped_total",
    "pyroduct_write_queue_dead_letters_dropped_total",
  ]);
});

function unitTest(
  series: Readonly<Record<string, string>>,
  alertname: string,
  exp_alerts: readonly object[],
) {
  return {
    interval: "1m",
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [{ eval_time: "58m", alertname, exp_alerts }],
  };
}

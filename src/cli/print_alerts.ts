import { homepage } from "../base/version.ts";
import { toYaml } from "./deployment.ts";
import { type AlertRule, alertRules } from "./monitoring/alert_rules.ts";
import { metricCatalogue } from "./monitoring/metric_catalogue.ts";
import { Queries } from "./monitoring/promql.ts";

/** Rules for Prometheus, each with the address of its runbook. */
export async function alertsFile(): Promise<string> {
  const rules = (await alerts()).map(({ name, query, holds, severity, summary }) => ({
    alert: name,
    expr: query,
    for: holds,
    labels: { severity },
    annotations: { summary, runbook_url: `${homepage}#${name.toLowerCase()}` },
  }));
  return toYaml({ groups: [{ name: "pyroduct", rules }] });
}

/** All alerts over the metrics that there are. */
export async function alerts(): Promise<readonly AlertRule[]> {
  return alertRules(new Queries(await metricCatalogue(), { matchers: "", range: "5m" }));
}

import { metricCatalogue } from "./monitoring/metric_catalogue.ts";
import { dashboardRows, type Panel, type Row } from "./monitoring/panels.ts";
import { Queries } from "./monitoring/promql.ts";

/** The version of Grafana's dashboard model that this is written in, that of Grafana 11 and 12. */
const schemaVersion = 39;

/** Width of the grid, and how much of it a panel takes, in Grafana's units. */
const gridWidth = 24;
const sizes = { timeseries: { w: 12, h: 8 }, stat: { w: 4, h: 4 } } as const;

const dataSource = { type: "prometheus", uid: "${datasource}" };

/** A dashboard for Grafana over all that pyroduct exposes, to be imported or provisioned. */
export async function dashboard(): Promise<object> {
  const queries = new Queries(await metricCatalogue(), {
    matchers: 'job=~"$job", instance=~"$instance"',
    range: "$__rate_interval",
  });
  return {
    uid: "pyroduct",
    title: "pyroduct",
    description: "Profiles received, rewritten and delivered by pyroduct.",
    tags: ["pyroduct", "pyroscope"],
    schemaVersion,
    editable: true,
    graphTooltip: 1,
    refresh: "30s",
    time: { from: "now-1h", to: "now" },
    templating: { list: variables() },
    panels: placed(dashboardRows(queries)),
  };
}

function variables(): object[] {
  const standard = { datasource: dataSource, type: "query", multi: true, includeAll: true, refresh: 2 };
  return [
    { name: "datasource", label: "Data source", type: "datasource", query: "prometheus" },
    { ...standard, name: "job", label: "Job", query: "label_values(pyroduct_build_info, job)" },
    {
      ...standard,
      name: "instance",
      label: "Instance",
      query: 'label_values(pyroduct_build_info{job=~"$job"}, instance)',
    },
  ];
}

function placed(rows: readonly Row[]): object[] {
  const panels: object[] = [];
  let y = 0;
  for (const { title, panels: own } of rows) {
    panels.push({
      id: panels.length + 1,
      type: "row",
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: gridWidth, h: 1 },
    });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of own) {
      const { w, h } = sizes[panel.kind];
      if (x + w > gridWidth) {
        x = 0;
        y += height;
        height = 0;
      }
      panels.push({ id: panels.length + 1, ...panelJson(panel), gridPos: { x, y, w, h } });
      x += w;
      height = Math.max(height, h);
    }
    y += height;
  }
  return panels;
}

function panelJson({ title, description, unit, kind, targets }: Panel): object {
  return {
    type: kind,
    title,
    description,
    datasource: dataSource,
    fieldConfig: { defaults: { unit, min: unit === "dateTimeFromNow" ? undefined : 0 }, overrides: [] },
    targets: targets.map(({ query, legend }, index) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + index),
      datasource: dataSource,
      expr: query,
      legendFormat: legend === "" ? "__auto" : legend,
    })),
  };
}

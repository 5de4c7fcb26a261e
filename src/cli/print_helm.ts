import { type ScalarTag, stringify } from "yaml";
import manifest from "../../package.json" with { type: "json" };
import { homepage, version } from "../base/version.ts";
import { type ChartValue, chartValues, valuesFile, valuesSchema } from "./kubernetes/chart_values.ts";
import { clusterObjects } from "./kubernetes/objects.ts";
import { type ClusterValues, Template } from "./kubernetes/values.ts";

/** The folder that all files of a chart's archive are in. */
const chartName = "pyroduct";

/**
 * A Helm chart of the same objects that `print kubernetes` prints, as the archive (.tgz) that Helm installs.
 */
export async function helmChart(): Promise<Uint8Array> {
  const files = Object.entries(chartFiles()).map(([path, text]): [string, string] => [
    `${chartName}/${path}`,
    text,
  ]);
  return Bun.gzipSync(await new Bun.Archive(Object.fromEntries(files)).bytes());
}

/** The chart's files by their paths in it. */
export function chartFiles(): Readonly<Record<string, string>> {
  const templates = templatesOf(chartTemplates);
  return {
    "Chart.yaml": stringify({
      apiVersion: "v2",
      name: chartName,
      type: "application",
      description: manifest.description,
      version,
      appVersion: version,
      kubeVersion: ">=1.27.0-0",
      home: homepage,
      sources: [homepage],
      annotations: { "artifacthub.io/license": manifest.license },
    }),
    "values.yaml": valuesFile(chartValues),
    "values.schema.json": `${JSON.stringify(valuesSchema(chartValues), null, 2)}\n`,
    ...templates,
    "templates/NOTES.txt": notes,
  };
}

const chartTemplates: ClusterValues = {
  name: new Template("{{ .Release.Name }}"),
  namespace: new Template("{{ .Release.Namespace }}"),
  image: new Template('"{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"'),
  replicas: chartValue("replicas"),
  maxReplicas: chartValue("maxReplicas"),
  storage: chartValue("storage"),
  // A block of text begins at its own line, wherever it stands.
  config: new Template("|\n{{ toYaml .Values.config | indent 4 }}"),
  env: new Template("{{ toJson .Values.env }}"),
  resources: new Template("{{ toJson .Values.resources }}"),
};

function chartValue(name: ChartValue["name"]): Template {
  return new Template(`{{ .Values.${name} }}`);
}

function templatesOf(values: ClusterValues): Readonly<Record<string, string>> {
  const persistent = new Map(
    clusterObjects(values, true).map(({ file, object }) => [file, template(object)]),
  );
  const others = clusterObjects(values, false).map(({ file, object }): [string, string] => {
    const other = template(object);
    const kept = persistent.get(file);
    const text =
      kept === other ? other : `{{- if .Values.persistent }}\n${kept}{{- else }}\n${other}{{- end }}\n`;
    return [`templates/${file}.yaml`, text];
  });
  return Object.fromEntries(others);
}

const rawTemplate: ScalarTag = {
  tag: "!template",
  default: true,
  identify: (value) => value instanceof Template,
  resolve: (text) => new Template(text),
  // Whatever Template it holds, it is put down unquoted.
  test: /^\{\{/,
  stringify: ({ value }) => (value as Template).text,
};

function template(object: object): string {
  return stringify(object, { lineWidth: 0, aliasDuplicateObjects: false, customTags: [rawTemplate] });
}

const notes = `pyroduct receives profiles at:

  http://{{ .Release.Name }}.{{ .Release.Namespace }}:4040

Its health: kubectl --namespace {{ .Release.Namespace }} get pods --selector app.kubernetes.io/instance={{ .Release.Name }}
`;

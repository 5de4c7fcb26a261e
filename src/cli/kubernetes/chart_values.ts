import { Document } from "yaml";
import { deploymentConfig, imageRepository } from "../deployment.ts";
import { defaultListen } from "../first_run.ts";
import { kubernetesDefaults } from "../print_kubernetes.ts";
import { defaultResources } from "./values.ts";

/** What whoever installs the chart can set. */
export interface ChartValue {
  readonly name:
    | "image"
    | "replicas"
    | "maxReplicas"
    | "persistent"
    | "storage"
    | "config"
    | "env"
    | "resources";
  readonly description: string;
  readonly standard: unknown;
  /** In JSON Schema's words. */
  readonly schema: object;
}

const { replicas, maxReplicas, persistent, storage, forwardTo } = kubernetesDefaults;

const text = { type: "string", minLength: 1 };
const count = { type: "integer", minimum: 1 };

/** All values of the chart, with what holds where nothing is set. */
export const chartValues: readonly ChartValue[] = [
  {
    name: "image",
    description: "The image; without a tag, the one of the chart's version.",
    standard: { repository: imageRepository(), tag: "" },
    schema: {
      type: "object",
      additionalProperties: false,
      properties: { repository: text, tag: { type: "string" } },
    },
  },
  { name: "replicas", description: "How many pods there are at least.", standard: replicas, schema: count },
  {
    name: "maxReplicas",
    description: "How many pods there are at most.",
    standard: maxReplicas,
    schema: count,
  },
  {
    name: "persistent",
    description: "Whether what a pod keeps on disk outlives the pod.",
    standard: persistent,
    schema: { type: "boolean" },
  },
  { name: "storage", description: "How much a pod may keep on disk.", standard: storage, schema: text },
  {
    name: "config",
    description: "The configuration of pyroduct.",
    standard: deploymentConfig(defaultListen.port, forwardTo),
    schema: { type: "object", minProperties: 1 },
  },
  {
    name: "env",
    description:
      "Variables for the ${NAME} of the configuration, as a container's env; secrets by valueFrom.",
    standard: [],
    schema: { type: "array", items: { type: "object", required: ["name"] } },
  },
  {
    name: "resources",
    description: "What a pod asks for, and what it may take.",
    standard: defaultResources,
    schema: { type: "object" },
  },
];

/** The chart's values.yaml, each value with what it means. */
export function valuesFile(values: readonly ChartValue[]): string {
  const parts = values.map(({ name, description, standard }) => {
    const part = new Document({ [name]: standard });
    part.commentBefore = ` ${description}`;
    return part.toString({ lineWidth: 0 }).replace("\n\n", "\n");
  });
  return parts.join("\n");
}

/** The chart's values.schema.json, by which Helm checks what is set. */
export function valuesSchema(values: readonly ChartValue[]): object {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: Object.fromEntries(
      values.map(({ name, description, standard, schema }) => [
        name,
        { description, default: standard, ...schema },
      ]),
    ),
    required: values.map(({ name }) => name),
  };
}

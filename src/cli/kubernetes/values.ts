/** Text of Helm's template language, put into YAML as it stands. */
export class Template {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value, or what becomes one when a chart is rendered. */
export type Value<Type> = Type | Template;

/** What a cluster's objects are made from. */
export interface ClusterValues {
  /** The name of every object, and of the instance. */
  readonly name: Value<string>;
  readonly namespace: Value<string>;
  readonly image: Value<string>;
  readonly replicas: Value<number>;
  readonly maxReplicas: Value<number>;
  /** How much a pod may keep on disk, such as `2Gi`. */
  readonly storage: Value<string>;
  /** The configuration, as YAML. */
  readonly config: Value<string>;
  /** Variables that the configuration may name. */
  readonly env: Value<readonly object[]>;
  readonly resources: Value<object>;
}

/** What a pod gets where nothing else is said: one core and a fraction of it to begin with. */
export const defaultResources = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { memory: "512Mi" },
};

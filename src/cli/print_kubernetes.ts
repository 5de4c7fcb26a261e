import { deploymentConfig, image, shutdownDelay, toYaml } from "./deployment.ts";
import { defaultListen } from "./first_run.ts";
import { clusterObjects } from "./kubernetes/objects.ts";
import { defaultResources } from "./kubernetes/values.ts";

/** The flags of `print kubernetes`. */
export interface KubernetesOptions {
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly replicas: number;
  readonly maxReplicas: number;
  readonly persistent: boolean;
  /** How much each pod may keep on disk. */
  readonly storage: string;
  /** The Pyroscope that profiles go to. */
  readonly forwardTo: string;
}

/** What holds where no flag says otherwise. */
export const kubernetesDefaults: KubernetesOptions = {
  name: "pyroduct",
  namespace: "default",
  image,
  replicas: 2,
  maxReplicas: 10,
  persistent: false,
  storage: "2Gi",
  forwardTo: "http://pyroscope:4040",
};

/** The objects that run pyroduct in a cluster, as YAML. */
export function kubernetesManifests(options: KubernetesOptions): string {
  const config = toYaml(deploymentConfig(defaultListen.port, options.forwardTo));
  const objects = clusterObjects(
    { ...options, config, env: [], resources: defaultResources },
    options.persistent,
  );
  return heading(options) + objects.map(({ object }) => `---\n${toYaml(object)}`).join("");
}

function heading({ persistent, storage }: KubernetesOptions): string {
  const state = persistent
    ? `# Each pod keeps its state on a volume of its own (${storage}), which stays when the pod goes.`
    : `# Each pod keeps its state in an emptyDir (${storage}): it outlives the container, not the pod. --persistent changes that.`;
  return `# pyroduct for Kubernetes 1.27 and later: kubectl apply --filename -
${state}
# A change of the ConfigMap is loaded without a restart. After SIGTERM a pod is not ready, and serves for ${shutdownDelay} more.
`;
}

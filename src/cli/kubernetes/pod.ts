import { configPath, imageUser, shutdownDelay, statePath, stopSeconds } from "../deployment.ts";
import { defaultAdmin, defaultListen } from "../first_run.ts";
import type { ClusterValues } from "./values.ts";

/** The volume with the configuration, and the one with state. */
const configVolume = "config";

/** The volume with state; a claim of the same name stands in for it where it is to outlive the pod. */
export const stateVolume = "state";

/** What marks the pods of an instance. */
export function selectorLabels(name: ClusterValues["name"]): object {
  return { "app.kubernetes.io/name": "pyroduct", "app.kubernetes.io/instance": name };
}

/**
 * The pod, for a Deployment and a StatefulSet alike.
 *
 * @param volumes those besides the configuration.
 */
export function podTemplate(values: ClusterValues, volumes: readonly object[]): object {
  return {
    metadata: {
      labels: selectorLabels(values.name),
      annotations: {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": String(defaultAdmin.port),
        "prometheus.io/path": "/metrics",
      },
    },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: stopSeconds(shutdownDelay),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: imageUser,
        runAsGroup: imageUser,
        fsGroup: imageUser,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
      },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "kubernetes.io/hostname",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: selectorLabels(values.name) },
        },
      ],
      containers: [container(values)],
      volumes: [{ name: configVolume, configMap: { name: values.name } }, ...volumes],
    },
  };
}

function container({ image, env, resources }: ClusterValues): object {
  return {
    name: "pyroduct",
    image,
    args: [
      "run",
      configPath,
      "--config.watch",
      // The kubelet and Prometheus come by the pod's address.
      `--server.http.listen-addr=:${defaultAdmin.port}`,
      `--storage.path=${statePath}`,
      `--shutdown-delay=${shutdownDelay}`,
    ],
    env,
    ports: [
      { name: "http", containerPort: defaultListen.port },
      { name: "admin", containerPort: defaultAdmin.port },
    ],
    // Whether the process itself answers; no destination can make it fail, since a restart mends none.
    livenessProbe: probe("/-/live", 10, 3),
    readinessProbe: probe("/-/ready", 2, 2),
    resources,
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [
      { name: configVolume, mountPath: dirnameOf(configPath), readOnly: true },
      { name: stateVolume, mountPath: statePath },
    ],
  };
}

function probe(path: string, periodSeconds: number, failureThreshold: number): object {
  return { httpGet: { path, port: "admin" }, periodSeconds, timeoutSeconds: 5, failureThreshold };
}

function dirnameOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

import { basename } from "node:path/posix";
import { configPath } from "../deployment.ts";
import { defaultListen } from "../first_run.ts";
import { podTemplate, selectorLabels, stateVolume } from "./pod.ts";
import type { ClusterValues } from "./values.ts";

/** An object of a cluster, and the file of a chart that it belongs into. */
export interface ClusterObject {
  readonly file: string;
  readonly object: object;
}

/**
 * The objects that run pyroduct in a cluster.
 *
 * @param isPersistent whether what a pod keeps on disk outlives the pod; else it outlives its containers alone.
 */
export function clusterObjects(values: ClusterValues, isPersistent: boolean): readonly ClusterObject[] {
  return [
    { file: "configmap", object: configMap(values) },
    { file: "service", object: service(values) },
    { file: "workload", object: isPersistent ? statefulSet(values) : deployment(values) },
    { file: "autoscaler", object: autoscaler(values, isPersistent) },
    { file: "disruptionbudget", object: disruptionBudget(values) },
  ];
}

function configMap(values: ClusterValues): object {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata(values),
    data: { [basename(configPath)]: values.config },
  };
}

function service(values: ClusterValues): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata(values),
    spec: {
      selector: selectorLabels(values.name),
      ports: [{ name: "http", port: defaultListen.port, targetPort: "http", appProtocol: "http" }],
    },
  };
}

// How many there are is the autoscaler's to say: a number here would undo its work each time it is applied.
function deployment(values: ClusterValues): object {
  const state = { name: stateVolume, emptyDir: { sizeLimit: values.storage } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadata(values),
    spec: {
      selector: { matchLabels: selectorLabels(values.name) },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: podTemplate(values, [state]),
    },
  };
}

function statefulSet(values: ClusterValues): object {
  const claim = {
    metadata: { name: stateVolume },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: values.storage } } },
  };
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: metadata(values),
    spec: {
      serviceName: values.name,
      selector: { matchLabels: selectorLabels(values.name) },
      podManagementPolicy: "Parallel",
      updateStrategy: { type: "RollingUpdate" },
      // A claim may hold profiles that are still to be delivered.
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      template: podTemplate(values, []),
      volumeClaimTemplates: [claim],
    },
  };
}

function autoscaler(values: ClusterValues, isPersistent: boolean): object {
  const target = { apiVersion: "apps/v1", kind: isPersistent ? "StatefulSet" : "Deployment" };
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: metadata(values),
    spec: {
      scaleTargetRef: { ...target, name: values.name },
      minReplicas: values.replicas,
      maxReplicas: values.maxReplicas,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "AverageValue", averageValue: cpuForEach } },
        },
      ],
      // A pod that goes takes along what it has on disk, or leaves it on a claim that nobody reads.
      behavior: {
        scaleDown: isPersistent ? { selectPolicy: "Disabled" } : { stabilizationWindowSeconds: 600 },
      },
    },
  };
}

/** A process uses one core for the most part; at this much of it another one is due. */
const cpuForEach = "600m";

function disruptionBudget(values: ClusterValues): object {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: metadata(values),
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: selectorLabels(values.name) },
    },
  };
}

function metadata({ name, namespace }: ClusterValues): object {
  return { name, namespace, labels: selectorLabels(name) };
}

import { describe, expect, test } from "bun:test";
import { parse } from "yaml";
import {
  type KubernetesOptions,
  kubernetesDefaults,
  kubernetesManifests,
} from "../../src/cli/print_kubernetes.ts";
import { problemsOf } from "../config/loaded.ts";
import { objectsByKind } from "./printed.ts";

function objects(options: Partial<KubernetesOptions> = {}) {
  return objectsByKind(kubernetesManifests({ ...kubernetesDefaults, ...options }));
}

function workload(options: Partial<KubernetesOptions> = {}) {
  const made = objects(options);
  const found = made.get("Deployment") ?? made.get("StatefulSet");
  if (found === undefined) throw new Error("nothing runs");
  return found.spec;
}

test("there are a ConfigMap, a Service, a Deployment, an autoscaler and a disruption budget", () => {
  expect([...objects().keys()]).toEqual([
    "ConfigMap",
    "Service",
    "Deployment",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
  ]);
});

test("flags name the objects, and say what runs, where and how often", () => {
  const made = objects({
    name: "profiles",
    namespace: "monitoring",
    image: "registry.example.com/pyroduct:1",
    replicas: 3,
    maxReplicas: 7,
    forwardTo: "http://elsewhere:4040",
  });
  for (const { metadata } of made.values())
    expect(metadata).toMatchObject({ name: "profiles", namespace: "monitoring" });
  const { selector } = made.get("Service")?.spec ?? {};
  expect(made.get("Deployment")?.spec.template.metadata.labels).toMatchObject(selector);
  expect(made.get("Deployment")?.spec.selector.matchLabels).toEqual(selector);
  expect(made.get("PodDisruptionBudget")?.spec.selector.matchLabels).toEqual(selector);
  expect(made.get("Deployment")?.spec.template.spec.containers[0].image).toBe(
    "registry.example.com/pyroduct:1",
  );
  expect(made.get("HorizontalPodAutoscaler")?.spec).toMatchObject({
    scaleTargetRef: { kind: "Deployment", name: "profiles" },
    minReplicas: 3,
    maxReplicas: 7,
  });
  expect(made.get("ConfigMap")?.data["pyroduct.yaml"]).toContain("http://elsewhere:4040");
});

test("the configuration is one that pyroduct takes, and listens where the Service sends", () => {
  const text = objects().get("ConfigMap")?.data["pyroduct.yaml"] ?? "";
  expect(problemsOf(text)).toEqual([]);
  // What a pod has taken outlives its container.
  expect(parse(text)["pyroscope.write"].default.endpoint.queue).toEqual({ type: "disk" });
  const { http } = parse(text)["pyroscope.receive_http"].default;
  const [container] = workload().template.spec.containers;
  expect(container.ports).toContainEqual({ name: "http", containerPort: http.listen_port });
  expect(objects().get("Service")?.spec.ports).toMatchObject([
    { port: http.listen_port, targetPort: "http" },
  ]);
});

test("the kubelet asks whether it lives and whether it is ready, at the admin server's port", () => {
  const [container] = workload().template.spec.containers;
  expect(container.livenessProbe.httpGet).toEqual({ path: "/-/live", port: "admin" });
  expect(container.readinessProbe.httpGet).toEqual({ path: "/-/ready", port: "admin" });
  const { containerPort } = container.ports.find(({ name }: { name: string }) => name === "admin");
  expect(container.args).toContain(`--server.http.listen-addr=:${containerPort}`);
});

test("a pod has time to serve on and to finish after SIGTERM", () => {
  const { terminationGracePeriodSeconds, containers } = workload().template.spec;
  expect(containers[0].args).toContain("--shutdown-delay=5s");
  // Five seconds of delay, the receiver's thirty, and some more.
  expect(terminationGracePeriodSeconds).toBeGreaterThan(35);
});

test("a pod may do nothing that it need not", () => {
  const { securityContext, automountServiceAccountToken, containers } = workload().template.spec;
  expect(automountServiceAccountToken).toBe(false);
  expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
  expect(containers[0].securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
});

describe("state", () => {
  const stateMount = { name: "state", mountPath: "/var/lib/pyroduct" };

  test("lies in an emptyDir", () => {
    const { spec } = workload({ storage: "3Gi" }).template;
    expect(spec.volumes).toContainEqual({ name: "state", emptyDir: { sizeLimit: "3Gi" } });
    expect(spec.containers[0].volumeMounts).toContainEqual(stateMount);
    expect(spec.containers[0].args).toContain("--storage.path=/var/lib/pyroduct");
  });

  test("lies on a volume of a StatefulSet's with --persistent, and is not thrown away", () => {
    const made = objects({ persistent: true, storage: "3Gi" });
    expect(made.has("Deployment")).toBe(false);
    const { spec } = made.get("StatefulSet") ?? {};
    expect(spec.volumeClaimTemplates).toMatchObject([
      { metadata: { name: "state" }, spec: { resources: { requests: { storage: "3Gi" } } } },
    ]);
    expect(spec.template.spec.volumes.map(({ name }: { name: string }) => name)).toEqual(["config"]);
    expect(spec.template.spec.containers[0].volumeMounts).toContainEqual(stateMount);
    expect(spec.persistentVolumeClaimRetentionPolicy).toEqual({
      whenDeleted: "Retain",
      whenScaled: "Retain",
    });
    expect(spec.serviceName).toBe(made.get("Service")?.metadata.name);
    expect(made.get("HorizontalPodAutoscaler")?.spec).toMatchObject({
      scaleTargetRef: { kind: "StatefulSet" },
      behavior: { scaleDown: { selectPolicy: "Disabled" } },
    });
  });
});

import { describe, expect, test } from "bun:test";
import { parse } from "yaml";
import manifest from "../../package.json" with { type: "json" };
import { composeFile } from "../../src/cli/print_compose.ts";
import { dockerfile } from "../../src/cli/print_dockerfile.ts";
import { systemdDefaults, systemdUnit } from "../../src/cli/print_systemd.ts";
import { problemsOf } from "../config/loaded.ts";

describe("the unit for systemd", () => {
  const lines = systemdUnit(systemdDefaults).split("\n");

  test("runs what the flags name", () => {
    const unit = systemdUnit({ executable: "/opt/pyroduct", config: "/etc/other.yaml" });
    expect(unit).toContain("\nExecStart=/opt/pyroduct run /etc/other.yaml\n");
  });

  test.each([
    "Type=notify",
    "WatchdogSec=30",
    "ExecReload=/bin/kill -HUP $MAINPID",
    "DynamicUser=yes",
    "StateDirectory=pyroduct",
    "ProtectSystem=strict",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
  ])("says %s", (line) => {
    expect(lines).toContain(line);
  });

  test("lets it write to memory that it then runs, as a JIT must", () => {
    expect(lines.filter((line) => line.startsWith("MemoryDenyWriteExecute"))).toEqual([]);
  });

  test("waits longer for its end than the receiver may take", () => {
    const [seconds] = lines.flatMap((line) => /^TimeoutStopSec=(\d+)$/.exec(line)?.[1] ?? []);
    expect(Number(seconds)).toBeGreaterThan(30);
  });
});

describe("the Compose file", () => {
  const file = parse(composeFile());

  test("runs pyroduct, Pyroscope and Grafana, each of a version that is told", () => {
    expect(Object.keys(file.services)).toEqual(["pyroduct", "pyroscope", "grafana"]);
    for (const { image } of Object.values<{ image: string }>(file.services))
      expect(image).toMatch(/:\d+\.\d+\.\d+$/);
  });

  test("has a configuration that pyroduct takes, and sends to that Pyroscope", () => {
    expect(problemsOf(file.configs.pyroduct.content)).toEqual([]);
    const { endpoint } = parse(file.configs.pyroduct.content)["pyroscope.write"].default;
    expect(new URL(endpoint.url).hostname in file.services).toBe(true);
    expect(file.services.pyroduct.command).toContain(file.services.pyroduct.configs[0].target);
  });

  test("gives Grafana that Pyroscope as a data source", () => {
    const [{ type, url }] = parse(file.configs.datasources.content).datasources;
    expect(type).toBe("grafana-pyroscope-datasource");
    expect(new URL(url).hostname in file.services).toBe(true);
    expect(file.services.grafana.configs[0]).toMatchObject({
      source: "datasources",
      target: expect.stringMatching(/^\/etc\/grafana\/provisioning\/datasources\//),
    });
  });

  test("opens ports to this machine alone", () => {
    const ports = Object.values<{ ports?: string[] }>(file.services).flatMap(
      (service) => service.ports ?? [],
    );
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
  });
});

describe("the Dockerfile", () => {
  const text = dockerfile();
  const last = text.slice(text.lastIndexOf("\nFROM "));

  test("builds with the Bun that the package asks for", () => {
    expect(text).toContain(`docker.io/oven/bun:${manifest.engines.bun} AS build`);
  });

  test("ends in an image without a shell and without root, where nothing is run to make it", () => {
    expect(last).toMatch(/^\nFROM gcr\.io\/distroless\/base-debian12:nonroot\n/);
    expect(last).toMatch(/\nUSER 65532:65532\n/);
    expect(last).not.toMatch(/\nRUN /);
  });

  test("has a health check that needs no shell", () => {
    expect(last).toMatch(/\nHEALTHCHECK .*CMD \["\/usr\/bin\/pyroduct", "probe", "ready"\]\n/);
  });
});

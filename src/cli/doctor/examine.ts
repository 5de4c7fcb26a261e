import { X509Certificate } from "node:crypto";
import * as v from "valibot";
import { systemClock } from "../../base/clock.ts";
import { CodedError } from "../../base/failure.ts";
import { componentDefinitions } from "../../components.ts";
import { listeningAddresses } from "../../config/listening.ts";
import { type ComponentConfig, loadConfig } from "../../config/load_config.ts";
import { formatProblem } from "../../config/problem.ts";
import type { ConfigSource } from "../../controller/config_source.ts";
import type { ListenAddress } from "../../http/listen_address.ts";
import { receiveHttpSchema, type TlsArguments } from "../../receive_http/schema.ts";
import { TlsFiles } from "../../receive_http/tls_files.ts";
import { writeSchema } from "../../write/schema.ts";
import type { AdminClient } from "../admin_client.ts";
import { checkEndpoint, type EndpointCheckParts } from "./endpoint_checks.ts";
import { type Finding, type FindingGroup, failed, ok } from "./finding.ts";
import {
  checkClock,
  checkDescriptors,
  checkPort,
  checkStorage,
  type DescriptorNeed,
  type WantedAddress,
} from "./local_checks.ts";
import { portOwner } from "./port_owner.ts";
import { checkReceiver, checkRunning, type Running } from "./running_checks.ts";
import { expiryFinding } from "./tls_checks.ts";

/** What is to be examined. */
export interface Examination {
  readonly source: ConfigSource;
  /** The running pyroduct, and where it is to be. */
  readonly admin: AdminClient;
  readonly adminAddress: ListenAddress;
  readonly storagePath: string;
  /** How long each step may take. */
  readonly timeoutMs: number;
  readonly sendsProfiles: boolean;
  /** Whether pyroduct should be running by now. */
  readonly isRunning: boolean;
}

/** Examines a set-up from end to end; the groups are in the order in which they are best read. */
export async function examine(examination: Examination): Promise<FindingGroup[]> {
  const { source, admin, timeoutMs } = examination;
  const { findings, components } = checkConfig(source);
  const running = await checkRunning(admin, examination.isRunning);
  const parts: EndpointCheckParts = {
    clock: systemClock,
    timeoutMs,
    sendsProfiles: examination.sendsProfiles,
  };
  const [receivers, endpoints] = await Promise.all([
    examination.sendsProfiles ? checkReceivers(components, running, timeoutMs) : [],
    Promise.all(endpointsOf(components).map((one) => checkEndpoint(one.id, one.write, one.endpoint, parts))),
  ]);
  const ahead = new Map(
    endpoints.flatMap(({ group, aheadMs }) =>
      aheadMs === undefined ? [] : [[hostIn(group.name), aheadMs] as const],
    ),
  );
  return [
    { name: `configuration ${source.name}`, findings },
    { name: "pyroduct", findings: [...running.findings, ...receivers] },
    {
      name: "this machine",
      findings: [...checkMachine(examination, components, running), checkClock(ahead)],
    },
    ...endpoints.map(({ group }) => group),
  ];
}

interface CheckedConfig {
  readonly findings: readonly Finding[];
  readonly components: readonly ComponentConfig[];
}

function checkConfig(source: ConfigSource): CheckedConfig {
  const check = "configuration";
  try {
    const loaded = loadConfig(source.read(), componentDefinitions, process.env);
    if (loaded.ok) {
      const count = loaded.components.length;
      return {
        findings: [ok(check, `valid, ${count} ${count === 1 ? "component" : "components"}`)],
        components: loaded.components,
      };
    }
    const findings = loaded.problems.map((problem) =>
      failed(check, formatProblem(source.name, problem), problem.fix),
    );
    return { findings, components: [] };
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    return { findings: [failed(check, thrown.message, "name a file that can be read")], components: [] };
  }
}

function endpointsOf(components: readonly ComponentConfig[]) {
  return components
    .filter(({ type }) => type === "pyroscope.write")
    .flatMap(({ id, source }) => {
      const write = v.parse(writeSchema, source);
      return write.endpoint.map((endpoint) => ({ id, write, endpoint }));
    });
}

function receiversOf(components: readonly ComponentConfig[]) {
  return components
    .filter(({ type }) => type === "pyroscope.receive_http")
    .map(({ id, source }) => ({ id, args: v.parse(receiveHttpSchema, source) }));
}

function checkReceivers(
  components: readonly ComponentConfig[],
  running: Running,
  timeoutMs: number,
): Promise<Finding[]> {
  const checks = receiversOf(components).flatMap(({ id, args }) => {
    const address = running.components?.find((one) => one.id === id)?.address;
    if (address === undefined) return [];
    const { tls, auth } = args.http;
    const nowMs = systemClock.wall();
    return [
      checkReceiver({ id, address, isTls: tls !== undefined, hasAuth: auth !== undefined, timeoutMs, nowMs }),
    ];
  });
  return Promise.all(checks);
}

function checkMachine(
  { adminAddress, storagePath, isRunning }: Examination,
  components: readonly ComponentConfig[],
  running: Running,
): Finding[] {
  const wanted: WantedAddress[] = listeningAddresses(components, componentDefinitions).map(
    ({ component, host, port }) => ({
      purpose: component.id,
      host,
      port,
    }),
  );
  const listening = running.components?.flatMap(({ address }) =>
    Number(address?.replace(/.*:/, "") ?? Number.NaN),
  );
  const ports = wanted.map((one) =>
    checkPort(one, listening && (listening.includes(one.port) || owns(adminAddress, one.port))),
  );
  // Where pyroduct answers there, that has been told already.
  const admin =
    running.components === undefined && !isRunning
      ? [checkPort({ ...adminAddress, purpose: "the admin server" }, undefined)]
      : [];
  const pid = running.components === undefined ? undefined : portOwner(adminAddress.port)?.pid;
  const keeps = components.some(
    ({ type, source }) => type === "pyroscope.local_store" || /"queue":/.test(JSON.stringify(source)),
  );
  const certificates = receiversOf(components).flatMap(
    ({ id, args }) => certificateFinding(id, args.http.tls) ?? [],
  );
  return [
    ...admin,
    ...ports,
    ...certificates,
    checkStorage(storagePath, keeps),
    checkDescriptors(needOf(components), pid),
  ];
}

function certificateFinding(id: string, tls: TlsArguments | undefined): Finding | undefined {
  const usable = tls && new TlsFiles(tls, systemClock).current();
  if (usable === undefined || typeof usable === "string") return undefined;
  const found = expiryFinding(new X509Certificate(usable.serveOptions.cert), systemClock);
  return { ...found, check: "certificate", detail: `of ${id}: ${found.detail}` };
}

// A port of gRPC is not among those that the admin server tells.
function owns(admin: ListenAddress, port: number): boolean {
  const owner = portOwner(port)?.pid;
  return owner !== undefined && owner === portOwner(admin.port)?.pid;
}

function needOf(components: readonly ComponentConfig[]): DescriptorNeed {
  const limits = receiversOf(components).map(({ args }) => args.http.conn_limit);
  const requests = endpointsOf(components).reduce((sum, { endpoint }) => sum + endpoint.max_in_flight, 0);
  return {
    connections: limits.includes(0) ? undefined : limits.reduce((sum, limit) => sum + limit, 0),
    requests,
  };
}

function hostIn(name: string): string {
  return new URL(name.replace(/^.* /, "")).host;
}

import { lookup } from "node:dns/promises";
import { connect, isIP } from "node:net";
import { systemCodeOf } from "../../base/failure.ts";
import { type Finding, failed, ok, skipped, warning } from "./finding.ts";

/** A host and a port that are to be reached, and what they are called. */
export interface ReachTarget {
  /** `endpoint` or `proxy`. */
  readonly role: string;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

/** The findings, and an address that took a connection; undefined where none did. */
export interface Reached {
  readonly findings: readonly Finding[];
  readonly address: string | undefined;
}

/** Looks the host's name up and opens a connection to each of its addresses. */
export async function reach(target: ReachTarget): Promise<Reached> {
  const named = await addressesOf(target);
  if (named.addresses.length === 0) {
    return {
      findings: [named.finding, skipped("connection", "there is no address to connect to")],
      address: undefined,
    };
  }
  const tries = await Promise.all(
    named.addresses.map(async (address) => ({ address, problem: await connectionProblem(address, target) })),
  );
  const taken = tries.find(({ problem }) => problem === undefined);
  return { findings: [named.finding, connectionFinding(tries, target)], address: taken?.address };
}

interface Named {
  readonly finding: Finding;
  readonly addresses: readonly string[];
}

async function addressesOf({ role, host, timeoutMs }: ReachTarget): Promise<Named> {
  if (isIP(host) !== 0) return { finding: ok("name", `${host} is an address`), addresses: [host] };
  const startedAt = performance.now();
  try {
    const found = await withinMs(timeoutMs, lookup(host, { all: true }));
    const addresses = [...new Set(found.map(({ address }) => address))];
    const took = Math.round(performance.now() - startedAt);
    return { finding: ok("name", `${host} is ${addresses.join(", ")} (${took} ms)`), addresses };
  } catch (thrown) {
    const code = systemCodeOf(thrown);
    const isUnknown = code === "ENOTFOUND" || code === "ENODATA";
    const detail = isUnknown
      ? `${host} is not known`
      : `${host} can't be looked up: ${code ?? "no answer in time"}`;
    const fix = isUnknown
      ? `correct the host in the ${role}'s URL, or see whether this machine's name server knows it; in Kubernetes a name of another namespace is service.namespace`
      : "see whether the name server in /etc/resolv.conf can be reached";
    return { finding: failed("name", detail, fix), addresses: [] };
  }
}

interface Try {
  readonly address: string;
  /** The system's code; undefined where it went well. */
  readonly problem: string | undefined;
}

function connectionFinding(tries: readonly Try[], { role, host, port, timeoutMs }: ReachTarget): Finding {
  const refused = tries.filter(({ problem }) => problem !== undefined);
  const told = refused
    .map(({ address, problem }) => `${address}: ${words[problem ?? ""] ?? problem}`)
    .join("; ");
  if (refused.length === 0) return ok("connection", `port ${port} takes connections`);
  if (refused.length < tries.length) {
    const fix =
      "let the network reach all of the host's addresses, or take those that can't be reached out of DNS: a connection may take longer until the right one is tried";
    return warning("connection", told, fix);
  }
  const problem = refused[0]?.problem;
  const fix =
    problem === "ECONNREFUSED"
      ? `start what listens on ${host}:${port}, or correct the port in the ${role}'s URL: Pyroscope's is 4040`
      : problem === "timeout"
        ? `let firewalls and security groups on the way pass connections to ${host}:${port}: nothing came back in ${timeoutMs} ms`
        : `see whether this machine has a route to ${host}`;
  return failed("connection", told, fix);
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was closed at once",
  EHOSTUNREACH: "the host can't be reached",
  ENETUNREACH: "the network can't be reached",
  EACCES: "this machine's firewall forbids it",
  timeout: "no answer in time",
};

function connectionProblem(host: string, { port, timeoutMs }: ReachTarget): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (problem: string | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(problem);
    };
    const timer = setTimeout(() => finish("timeout"), timeoutMs);
    socket.on("connect", () => finish(undefined));
    socket.on("error", (error) => finish(systemCodeOf(error) ?? "unknown"));
  });
}

function withinMs<Value>(ms: number, promise: Promise<Value>): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("no answer in time")), ms);
  return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}

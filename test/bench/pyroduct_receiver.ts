import { freePort } from "../http/free_port.ts";
import { PyroductProcess } from "../wire/pyroduct_process.ts";
import type { BenchEnvironment } from "./environment.ts";
import { knowsFlag } from "./executable.ts";
import type { Receiver, ReceiverDefinition } from "./receivers.ts";

/** What sets one pyroduct apart from the one that has one endpoint and nothing else. */
export interface PyroductVariant {
  /** Endpoints of each writer; 1 unless given. */
  readonly endpoints?: number;
  /** Components of pyroscope.write; 1 unless given. */
  readonly writers?: number;
  /** Rules of a pyroscope.relabel in front of the writers. */
  readonly rules?: readonly object[];
  /** Whether nothing listens where its profiles go to. */
  readonly isAway?: boolean;
  /** How it speaks to the sink. */
  readonly scheme?: "http" | "https";
  /** Further arguments of each endpoint. */
  readonly endpoint?: Readonly<Record<string, unknown>>;
  /** Further arguments of `run`. */
  readonly flags?: readonly string[];
  /** A flag that the executable must know. */
  readonly needsFlag?: string;
}

/** A pyroduct that differs from the plain one as said. */
export function pyroduct(variant: PyroductVariant = {}): ReceiverDefinition {
  const { needsFlag } = variant;
  return {
    start: (environment, variables) => startPyroduct(environment, variant, variables),
    ...(needsFlag === undefined
      ? {}
      : {
          unsupported: async ({ command }) =>
            (await knowsFlag(command, needsFlag)) ? undefined : `the executable has no ${needsFlag}`,
        }),
  };
}

/** Starts what the environment says, the executable or the source. */
async function startPyroduct(
  { command, sink, certificate }: BenchEnvironment,
  variant: PyroductVariant,
  variables: Readonly<Record<string, string>>,
): Promise<Receiver> {
  const { endpoints = 1, writers = 1, scheme = "http", flags = [] } = variant;
  const { isAway = false } = variant;
  const destinations = Array.from({ length: isAway ? 0 : endpoints * writers }, () => sink.open(scheme));
  const port = freePort();
  const urls = isAway ? [`http://127.0.0.1:${freePort()}`] : destinations.map(({ url }) => url);
  const process = await PyroductProcess.start(pyroductConfig(port, urls, variant, certificate.certFile), {
    command,
    arguments: flags,
    environment: variables,
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: process.pid,
    destinations,
    async [Symbol.asyncDispose]() {
      const status = await process.stop();
      if (status !== 0) throw new Error(`pyroduct ended with status ${status} after SIGTERM`);
    },
  };
}

/** The configuration of one receiver and its writers, whose endpoints share the destinations evenly. */
export function pyroductConfig(
  port: number,
  destinations: readonly string[],
  { endpoints = 1, rules, scheme, endpoint: more = {} }: PyroductVariant,
  caFile: string,
): Record<string, unknown> {
  const tls = scheme === "https" ? { tls_config: { ca_file: caFile } } : {};
  const labels = destinations.flatMap((_, index) =>
    index % endpoints === 0 ? [`w${index / endpoints}`] : [],
  );
  const writers = labels.map((label, index) => [
    label,
    {
      endpoint: destinations
        .slice(index * endpoints, (index + 1) * endpoints)
        .map((url) => ({ url, ...tls, ...more })),
    },
  ]);
  const writerReceivers = labels.map((label) => `pyroscope.write.${label}.receiver`);
  return {
    "pyroscope.receive_http": {
      r: {
        http: { listen_address: "127.0.0.1", listen_port: port },
        forward_to: rules === undefined ? writerReceivers : ["pyroscope.relabel.l.receiver"],
      },
    },
    ...(rules === undefined
      ? {}
      : { "pyroscope.relabel": { l: { forward_to: writerReceivers, rule: rules } } }),
    "pyroscope.write": Object.fromEntries(writers),
  };
}

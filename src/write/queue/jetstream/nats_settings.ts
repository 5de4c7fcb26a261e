import { readFileSync } from "node:fs";
import type { ConnectionOptions, TlsOptions } from "@nats-io/transport-node";
import { credsAuthenticator } from "@nats-io/transport-node";
import type { Clock } from "../../../base/clock.ts";
import { ClientTls, type ClientTlsArguments } from "../../../http/client_tls.ts";
import type { QueueArguments } from "../schema.ts";

/** What the streams of all queues begin with where the arguments do not say. */
const defaultStream = "pyroduct";

/** How long a connection may take to be made, in milliseconds. */
const connectTimeoutMs = 5000;

/** How long to wait before the next server is tried, in milliseconds. */
const reconnectWaitMs = 250;

/** A connection that answers no ping for two of these, in milliseconds, is given up. */
const pingEveryMs = 10_000;

/** How the NATS servers are reached. */
export interface NatsSettings {
  readonly servers: readonly string[];
  /** What names of streams begin with. */
  readonly stream: string;
  readonly replicas: number;
  readonly credentialsFile: string | undefined;
  readonly token: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: ClientTlsArguments | undefined;
}

/** The settings that a queue's arguments give. */
export function natsSettings(args: QueueArguments): NatsSettings {
  return {
    servers: args.servers ?? [],
    stream: args.stream ?? defaultStream,
    replicas: args.replicas ?? 1,
    credentialsFile: args.credentials_file,
    token: args.token?.reveal(),
    username: args.username,
    password: args.password?.reveal(),
    tls: args.tls_config,
  };
}

/** Whether a connection made with one would do for the other. */
export function isSameConnection(one: NatsSettings, other: NatsSettings): boolean {
  const identity = ({ tls, replicas: _, ...rest }: NatsSettings) =>
    JSON.stringify([rest, tls, tls?.key_pem?.reveal()]);
  return identity(one) === identity(other);
}

/** What a connection is made with. @throws where a file can't be read. */
export function connectionOptions(settings: NatsSettings, name: string, clock: Clock): ConnectionOptions {
  const { servers, credentialsFile, token, username, password } = settings;
  const tls = tlsOptions(settings, clock);
  return {
    servers: [...servers],
    name,
    timeout: connectTimeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: reconnectWaitMs,
    // Credentials that are refused now may be renewed.
    ignoreAuthErrorAbort: true,
    pingInterval: pingEveryMs,
    maxPingOut: 2,
    noAsyncTraces: true,
    ...(tls === undefined ? {} : { tls }),
    ...(token === undefined ? {} : { token }),
    ...(username === undefined ? {} : { user: username, pass: password ?? "" }),
    // Read at each attempt, so that renewed credentials are used at once.
    ...(credentialsFile === undefined
      ? {}
      : { authenticator: credsAuthenticator(() => readFileSync(credentialsFile)) }),
  };
}

/** Versions of TLS as node:tls names them. */
const versions = { TLS10: "TLSv1", TLS11: "TLSv1.1", TLS12: "TLSv1.2", TLS13: "TLSv1.3" } as const;

function tlsOptions({ tls, servers }: NatsSettings, clock: Clock): TlsOptions | undefined {
  if (tls === undefined) return servers.some((server) => server.startsWith("tls://")) ? {} : undefined;
  const { ca, cert, key, serverName, rejectUnauthorized } = new ClientTls(tls, clock).current();
  // The client hands everything on to node:tls, though its types know less.
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    rejectUnauthorized,
    minVersion: versions[tls.min_version],
  } as TlsOptions;
}

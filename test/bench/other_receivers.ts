import { join } from "node:path";
import { freePort } from "../http/free_port.ts";
import type { BenchEnvironment } from "./environment.ts";
import { startNginx } from "./nginx.ts";
import type { BenchOptions } from "./options.ts";
import { ingestPayload } from "./payload.ts";
import { processTree } from "./process_tree.ts";
import { startProgram } from "./program.ts";
import type { Receiver } from "./receivers.ts";
import type { Sink, SinkPort } from "./sink.ts";

/** nginx as a reverse proxy: the least that passing a request on can cost. */
export async function startNginxProxy(
  { folder, sink, certificate }: BenchEnvironment,
  scheme: "http" | "https",
): Promise<Receiver> {
  const destination = sink.open(scheme);
  const port = freePort();
  // It verifies the certificate, as pyroduct does.
  const tls = `proxy_ssl_verify on; proxy_ssl_trusted_certificate ${certificate.certFile}; proxy_ssl_name 127.0.0.1;`;
  const nginx = await startNginx(folder, {
    name: `proxy-${port}`,
    http: `
  upstream sink { server 127.0.0.1:${destination.port}; keepalive 256; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass ${scheme}://sink;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      ${scheme === "https" ? tls : ""}
    }
  }`,
    port,
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: nginx.pid,
    destinations: [destination],
    [Symbol.asyncDispose]: () => nginx[Symbol.asyncDispose](),
  };
}

/** What any relay on Bun costs at least. */
export async function startBareRelay({ sink }: BenchEnvironment): Promise<Receiver> {
  const destination = sink.open("http");
  let port = "";
  const relay = await startProgram(
    [process.execPath, join(import.meta.dir, "bare_relay.ts"), destination.url],
    (line) => {
      port = line;
      return true;
    },
  );
  return {
    url: `http://127.0.0.1:${port}`,
    pid: relay.pid,
    destinations: [destination],
    [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
  };
}

/** What {@link findOther} needs of the sink. */
type Arrivals = Pick<Sink, "at" | "arrived" | "settle">;

/**
 * The receiver of `--against`, which somebody else has started. Fails where a profile does not get through it.
 *
 * @param patienceMs how long its answer, and then the profile's way to each destination, may take.
 */
export async function findOther(
  { options, sink }: { readonly options: BenchOptions; readonly sink: Arrivals },
  patienceMs = 10_000,
): Promise<Receiver> {
  const { against: url, againstName, againstPid: pid, sinkPorts } = options;
  if (url === undefined) throw new Error("--against names no receiver");
  if (pid !== undefined) processTree(pid);
  const destinations = sinkPorts.map((port) => sink.at(port));
  await sendOne(url, patienceMs);
  for (const destination of destinations) await arrival(sink, destination, url, patienceMs);
  return {
    url,
    ...(againstName === undefined ? {} : { name: againstName }),
    pid,
    destinations,
    splitsPush: true,
    async [Symbol.asyncDispose]() {},
  };
}

async function sendOne(url: string, patienceMs: number): Promise<void> {
  const { target, headers, body } = ingestPayload(1024);
  const signal = AbortSignal.timeout(patienceMs);
  const answer = await fetch(`${url}${target}`, { method: "POST", headers, body, signal }).catch(
    (error: unknown) => {
      throw new Error(`${url} answers no profile: ${String(error)}`);
    },
  );
  if (answer.status !== 200)
    throw new Error(`${url} answers a profile with status ${answer.status}: ${await answer.text()}`);
}

async function arrival(
  sink: Arrivals,
  destination: SinkPort,
  url: string,
  patienceMs: number,
): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  do {
    await sink.settle();
    if (sink.arrived(destination).requests > 0) return;
  } while (performance.now() < giveUpAt);
  throw new Error(`${url} took a profile that did not come to 127.0.0.1:${destination.port}`);
}

import { join } from "node:path";
import { freePort } from "../http/free_port.ts";
import type { BenchEnvironment } from "./environment.ts";
import { startNginx } from "./nginx.ts";
import { startProgram } from "./program.ts";
import type { Receiver } from "./receivers.ts";

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

import { join } from "node:path";
import { eventually } from "../base/eventually.ts";
import { type RunningProgram, startProgram } from "./program.ts";

/** What an nginx of the bench serves, in nginx's own language. */
export interface NginxConfig {
  /** Names its files. */
  readonly name: string;
  /** Lines before everything else. */
  readonly main?: string;
  /** Lines of the http block. */
  readonly http: string;
  /** One of the ports that it listens on: it has started when this one answers. */
  readonly port: number;
}

const startTimeoutMs = 10_000;

/** Starts nginx with one worker process, in the foreground. `folder` gets its configuration and its files. */
export async function startNginx(folder: string, config: NginxConfig): Promise<RunningProgram> {
  const file = join(folder, `${config.name}.conf`);
  await Bun.write(file, configText(folder, config));
  const nginx = await startProgram(["nginx", "-c", file, "-g", "daemon off;"]);
  const start = eventually(`the start of nginx (${config.name})`, () => accepts(config.port), startTimeoutMs);
  try {
    await start;
  } catch (error) {
    await nginx[Symbol.asyncDispose]();
    throw new Error(`${error instanceof Error ? error.message : error}\n${nginx.errors()}`);
  }
  return nginx;
}

function configText(folder: string, { name, main = "", http }: NginxConfig): string {
  const folders = ["client_body", "proxy", "fastcgi", "scgi", "uwsgi"];
  return `${main}
worker_processes 1;
pid ${join(folder, `${name}.pid`)};
error_log stderr warn;
events { worker_connections 20000; }
worker_rlimit_nofile 20000;
http {
  access_log off;
  client_max_body_size 64m;
  client_body_buffer_size 2m;
  keepalive_requests 100000000;
  keepalive_timeout 600;
${folders.map((kind) => `  ${kind}_temp_path ${join(folder, `${name}.${kind}`)};`).join("\n")}
${http}
}
`;
}

async function accepts(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}

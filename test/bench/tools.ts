import { existsSync } from "node:fs";
import { join } from "node:path";
import { cpuNanos } from "./process_tree.ts";

/** The programs that the bench runs, and the Debian packages that they are in. */
const packages: Readonly<Record<string, string>> = { nginx: "nginx-light", wrk: "wrk", openssl: "openssl" };

/** The module that lets nginx answer only once it has read the body; nginx-light comes with it. */
const echoModule = "ngx_http_echo_module.so";

/** What is there to measure with. */
export interface Tools {
  /** The file of nginx's echo module. */
  readonly echoModule: string;
  /** Versions by the program's name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Looks for all programs. Fails with what to install where one is missing, or why it can't be measured here. */
export function findTools(): Tools {
  if (process.platform !== "linux") throw new Error("the bench needs Linux: it reads CPU times from /proc");
  if (cpuNanos(process.pid) === 0)
    throw new Error("this kernel counts no CPU time in /proc/PID/task/*/schedstat");
  const missing = Object.keys(packages).filter((program) => Bun.which(program) === null);
  const modules = missing.includes("nginx") ? "" : nginxModules();
  const echo = join(modules, echoModule);
  const wanted = missing.map((program) => packages[program] ?? program);
  if (modules !== "" && !existsSync(echo)) wanted.push("libnginx-mod-http-echo");
  if (wanted.length > 0) {
    const what = missing.length > 0 ? missing.join(", ") : `nginx's ${echoModule}`;
    throw new Error(`${what} is missing: apt-get install ${wanted.join(" ")}`);
  }
  return {
    echoModule: echo,
    versions: {
      nginx: /nginx\/(\S+)/.exec(printed(["nginx", "-v"]))?.[1] ?? "unknown",
      // It says its version only with its usage, and with it ends in status 1.
      wrk: /^wrk (\S+)/.exec(printed(["wrk", "-v"]))?.[1] ?? "unknown",
      bun: Bun.version,
    },
  };
}

function nginxModules(): string {
  return /--modules-path=(\S+)/.exec(printed(["nginx", "-V"]))?.[1] ?? "/usr/lib/nginx/modules";
}

function printed(command: string[]): string {
  const { stdout, stderr } = Bun.spawnSync(command);
  return `${stdout}${stderr}`;
}

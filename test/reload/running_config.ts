import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { PyroductConfig, PyroductProcess } from "../wire/pyroduct_process.ts";

/** What /-/reload and /-/healthy answer. */
export interface AdminAnswer {
  readonly status: number;
  readonly text: string;
}

/** The configuration file of a pyroduct under test, and what its admin server does about it. */
export class RunningConfig {
  readonly path: string;
  readonly #admin: string;
  readonly #pid: number;

  constructor(pyroduct: PyroductProcess) {
    this.#admin = pyroduct.admin;
    this.#pid = pyroduct.pid;
    // The folder is the harness's own; the command line tells where it is.
    const words = readFileSync(`/proc/${pyroduct.pid}/cmdline`, "utf8").split("\0");
    this.path = words.find((word) => word.endsWith("/config.json")) ?? "";
  }

  /** Puts another configuration, or a text that is none, over the file in one step. */
  replace(config: PyroductConfig | string): void {
    writeFileSync(`${this.path}.new`, typeof config === "string" ? config : JSON.stringify(config, null, 2));
    renameSync(`${this.path}.new`, this.path);
  }

  /** Asks for a reload over HTTP. */
  async reload(): Promise<AdminAnswer> {
    return await told(fetch(`http://${this.#admin}/-/reload`, { method: "POST" }));
  }

  /** Asks for a reload by SIGHUP. */
  hangUp(): void {
    process.kill(this.#pid, "SIGHUP");
  }

  async health(): Promise<AdminAnswer> {
    return await told(fetch(`http://${this.#admin}/-/healthy`));
  }

  /** The metrics as text. */
  async metrics(): Promise<string> {
    return (await told(fetch(`http://${this.#admin}/metrics`))).text;
  }
}

async function told(asked: Promise<Response>): Promise<AdminAnswer> {
  const response = await asked;
  return { status: response.status, text: await response.text() };
}

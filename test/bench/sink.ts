import { existsSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../http/free_port.ts";
import type { Arrived } from "./arrived.ts";
import type { Certificate } from "./certificate.ts";
import { startNginx } from "./nginx.ts";

/** One address of the sink. What comes there is counted by itself. */
export interface SinkPort {
  readonly port: number;
  readonly url: string;
}

/** How many addresses there are; a receiver takes one or more. */
const plainPorts = 40;
const tlsPorts = 8;

const flushMs = 50;
/** The log is whole when it has not grown for so long. */
const quietMs = 120;
const settleTimeoutMs = 10_000;

/** An nginx that answers each POST with an empty 200 once it has read its body, and counts. */
export class Sink implements AsyncDisposable {
  readonly #resources: AsyncDisposableStack;
  readonly #logFile: string;
  readonly #statusPort: number;
  readonly #free: Readonly<Record<"http" | "https", number[]>>;
  readonly #arrived = new Map<number, Arrived>();
  /** How often its connections were counted, which takes one each time. */
  #looks = 0;

  private constructor(
    resources: AsyncDisposableStack,
    logFile: string,
    statusPort: number,
    free: Record<"http" | "https", number[]>,
  ) {
    this.#resources = resources;
    this.#logFile = logFile;
    this.#statusPort = statusPort;
    this.#free = free;
  }

  /**
   * Starts it with its files in `folder`.
   *
   * @param fixedPorts addresses that somebody outside knows; `at` hands them out.
   */
  static async start(
    folder: string,
    echoModule: string,
    certificate: Certificate,
    fixedPorts: readonly number[],
  ): Promise<Sink> {
    await using resources = new AsyncDisposableStack();
    const free = {
      http: Array.from({ length: plainPorts }, freePort),
      https: Array.from({ length: tlsPorts }, freePort),
    };
    const statusPort = freePort();
    const logFile = join(folder, "sink.log");
    const plain = [...free.http, ...fixedPorts];
    resources.use(
      await startNginx(folder, {
        name: "sink",
        main: `load_module ${echoModule};`,
        // A look at the log must not wait until its buffer is full. Clients of Connect take an answer to a Push that is
        // of another type for a failure.
        http: `
  log_format sink "$server_port $status $request_length";
  server {
${plain.map((port) => `    listen 127.0.0.1:${port} backlog=4096;`).join("\n")}
${free.https.map((port) => `    listen 127.0.0.1:${port} ssl backlog=4096;`).join("\n")}
    ssl_certificate ${certificate.certFile};
    ssl_certificate_key ${certificate.keyFile};
    ssl_session_cache shared:sink:1m;
    access_log ${logFile} sink buffer=256k flush=${flushMs}ms;
    location / { echo_read_request_body; echo_exec @answer; }
    location @answer { default_type application/proto; return 200 ""; }
  }
  server { listen 127.0.0.1:${statusPort}; location / { stub_status; } }`,
        port: statusPort,
      }),
    );
    return new Sink(resources.move(), logFile, statusPort, free);
  }

  /** An address that nobody has been given yet. */
  open(scheme: "http" | "https"): SinkPort {
    const port = this.#free[scheme].shift();
    if (port === undefined) throw new Error(`the sink has no more ports for ${scheme}`);
    return this.at(port, scheme);
  }

  /** The address with a known port. */
  at(port: number, scheme: "http" | "https" = "http"): SinkPort {
    return { port, url: `${scheme}://127.0.0.1:${port}` };
  }

  /** What has arrived at an address so far, as of the last {@link settle}. */
  arrived({ port }: SinkPort): Arrived {
    return this.#arrived.get(port) ?? { requests: 0, bytes: 0 };
  }

  /** Waits until nothing more comes, and counts. */
  async settle(): Promise<void> {
    const giveUpAt = performance.now() + settleTimeoutMs;
    let size = -1;
    while (size !== this.#logSize()) {
      if (performance.now() > giveUpAt) throw new Error("requests do not cease to come to the sink");
      size = this.#logSize();
      await Bun.sleep(quietMs);
    }
    if (size === 0) return;
    for (const line of (await Bun.file(this.#logFile).text()).trimEnd().split("\n")) this.#count(line);
    // nginx appends, so it goes on at the start.
    truncateSync(this.#logFile);
  }

  /** Connections that it has accepted so far at all addresses, but those of these looks. */
  async connections(): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.#statusPort}/`, {
      headers: { Connection: "close" },
    });
    this.#looks += 1;
    const accepted = /\n\s*(\d+) \d+ \d+/.exec(await response.text())?.[1];
    if (accepted === undefined) throw new Error("nginx's status page can't be read");
    return Number(accepted) - this.#looks;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  #count(line: string): void {
    const [port = 0, status, bytes = 0] = line.split(" ").map(Number);
    if (status !== 200) return;
    const before = this.arrived(this.at(port));
    this.#arrived.set(port, { requests: before.requests + 1, bytes: before.bytes + bytes });
  }

  #logSize(): number {
    return existsSync(this.#logFile) ? statSync(this.#logFile).size : 0;
  }
}

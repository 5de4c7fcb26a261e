import { writeFileSync } from "node:fs";
import { eventually } from "../base/eventually.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { freePort } from "../http/free_port.ts";
import { PyroductProcess } from "../wire/pyroduct_process.ts";
import { RecordingSink } from "../wire/recording_sink.ts";

/** How long a start, or the first scrapes, may take on a busy machine, in milliseconds. */
const longMs = 60_000;

const uploadPath = "/debuginfo.v1alpha1.DebuginfoService/Upload/abc123";

/** A real Prometheus that scrapes a pyroduct with a component of each kind, through which profiles have gone. */
export class PrometheusServer implements AsyncDisposable {
  readonly #started = new AsyncDisposableStack();
  readonly #url: string;

  private constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}`;
  }

  /** Starts everything and waits until there is enough for rates. */
  static async start(): Promise<PrometheusServer> {
    const server = new PrometheusServer(freePort());
    try {
      await server.#start();
      return server;
    } catch (thrown) {
      await server[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  /** How many series a query yields now. */
  async query(expression: string): Promise<number> {
    const response = await fetch(`${this.#url}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const answer = (await response.json()) as { readonly data?: { readonly result: readonly unknown[] } };
    if (!response.ok || answer.data === undefined)
      throw new Error(`${expression}: ${JSON.stringify(answer)}`);
    return answer.data.result.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#started.disposeAsync();
  }

  async #start(): Promise<void> {
    const sink = this.#started.use(await RecordingSink.start());
    const pyroduct = this.#started.use(await PyroductProcess.start(everything(sink.url)));
    this.#runPrometheus(pyroduct.admin);
    // A rate needs two scrapes with something between them.
    const scrapes = (count: number) => `count_over_time(pyroduct_build_info[1m]) >= ${count}`;
    await eventually("a scrape", () => this.#yields(scrapes(1)), longMs);
    await sendTraffic(pyroduct.receiver);
    await eventually("another two", () => this.#yields(scrapes(4)), longMs);
    await sendTraffic(pyroduct.receiver);
    await eventually("yet another two", () => this.#yields(scrapes(7)), longMs);
  }

  #runPrometheus(target: string): void {
    const folder = this.#started.use(new TemporaryFolder());
    const config = {
      global: { scrape_interval: "1s" },
      scrape_configs: [{ job_name: "pyroduct", static_configs: [{ targets: [target] }] }],
    };
    writeFileSync(folder.file("prometheus.yaml"), JSON.stringify(config));
    const child = Bun.spawn(
      [
        "prometheus",
        `--config.file=${folder.file("prometheus.yaml")}`,
        `--storage.tsdb.path=${folder.file("data")}`,
        `--web.listen-address=${new URL(this.#url).host}`,
      ],
      { stdin: "ignore", stdout: "ignore", stderr: Bun.file(folder.file("log")) },
    );
    this.#started.defer(async () => {
      child.kill();
      await child.exited;
    });
  }

  async #yields(expression: string): Promise<boolean> {
    try {
      return (await this.query(expression)) > 0;
    } catch {
      // It may not listen yet.
      return false;
    }
  }
}

function everything(url: string) {
  const http = { listen_address: "127.0.0.1", listen_port: 0, max_body_size: 1000 };
  return {
    "pyroscope.receive_http": { r: { http, forward_to: ["pyroscope.relabel.x.receiver"] } },
    "pyroscope.relabel": { x: { forward_to: ["pyroscope.enrich.e.receiver"] } },
    "pyroscope.enrich": {
      e: {
        targets: [{ job: "a" }],
        target_match_label: "job",
        forward_to: ["pyroscope.write.w.receiver", "pyroscope.local_store.s.receiver"],
      },
    },
    "pyroscope.write": {
      w: {
        endpoint: [
          { url },
          { url, name: "queued", queue: { type: "disk" } },
          // Only what can't be delivered at once is stored.
          { url: `http://127.0.0.1:${freePort()}`, name: "away", queue: { type: "disk" } },
        ],
      },
    },
    "pyroscope.local_store": { s: {} },
  };
}

/** A profile that goes through, one that is refused for its size, and debug information. */
async function sendTraffic(receiver: string): Promise<void> {
  const post = async (path: string, body: string) =>
    (await fetch(`http://${receiver}${path}`, { method: "POST", body })).status;
  const statuses = [
    await post("/ingest?name=app", "profile"),
    await post("/ingest?name=app", "x".repeat(2000)),
    await post(uploadPath, "debug information"),
  ];
  if (statuses.join() !== "200,413,200") throw new Error(`answered with ${statuses}`);
}

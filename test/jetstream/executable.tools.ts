import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { eventually } from "../base/eventually.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { queuedConfig } from "../write/queue/queued_graph.ts";
import { NatsServer } from "./nats_server.ts";

setDefaultTimeout(90_000);

const executable = resolve(
  process.env["PYRODUCT_EXECUTABLE"] ?? join(import.meta.dir, "..", "..", "dist", "pyroduct"),
);
if (!existsSync(executable)) throw new Error(`there is no ${executable}: run \`bun run build\` first`);

/** A pyroduct of its own. */
class Instance implements AsyncDisposable {
  readonly #folder = new TemporaryFolder();
  readonly #log = this.#folder.file("log");
  readonly #process: Bun.Subprocess;

  constructor(url: string, server: NatsServer) {
    const config = this.#folder.file("pyroduct.json");
    const queue = { type: "jetstream", servers: [server.address] };
    writeFileSync(config, JSON.stringify(queuedConfig([{ name: "e", url, queue }])));
    const log = Bun.file(this.#log);
    const args = ["run", config, "--server.http.listen-addr", "127.0.0.1:0", "--storage.path"];
    this.#process = Bun.spawn([executable, ...args, this.#folder.path], { stdout: log, stderr: log });
  }

  /** `host:port` of its receiver. */
  async address(): Promise<string> {
    let address = "";
    await eventually(
      "a receiver",
      async () => {
        const said = await Bun.file(this.#log).text();
        if (this.#process.exitCode !== null) throw new Error(`it ended:\n${said}`);
        address = /component_id=pyroscope\.receive_http\.r .*address=(\S+)/.exec(said)?.[1] ?? "";
        return address !== "";
      },
      10_000,
    );
    return address;
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#folder[Symbol.dispose]();
  }
}

test("what one executable accepted before it was killed another delivers", async () => {
  await using server = await NatsServer.start();
  await using sink = await RecordingSink.start();
  await using accepting = new Instance("http://127.0.0.1:1", server);
  const address = await accepting.address();
  const accepted: string[] = [];
  await eventually(
    "40 accepted profiles",
    async () => {
      const body = `number ${accepted.length}`;
      const { status } = await fetch(`http://${address}/ingest?name=app`, { method: "POST", body });
      if (status === 200) accepted.push(body);
      return accepted.length === 40;
    },
    20_000,
  );
  await accepting.kill();
  await using delivering = new Instance(sink.url, server);
  await delivering.address();
  const arrived = () => new Set(sink.recording.requests.map(({ body }) => Buffer.from(body).toString()));
  await eventually("40 deliveries", () => accepted.every((body) => arrived().has(body)), 60_000);
  expect(arrived().size).toBe(40);
});

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import { eventually } from "../base/eventually.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { freePort } from "../http/free_port.ts";

/** A real nats-server with JetStream on a port of 127.0.0.1; what it stores outlives a restart. */
export class NatsServer implements AsyncDisposable {
  readonly port = freePort();
  readonly folder = new TemporaryFolder();
  readonly #config: string;
  #process: Bun.Subprocess | undefined;

  /** @param config what else stands in its configuration. */
  constructor(config = "") {
    this.#config = config;
  }

  static async start(config = ""): Promise<NatsServer> {
    const server = new NatsServer(config);
    await server.start();
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Starts it, again after `kill`; resolves when it listens. */
  async start(): Promise<void> {
    const path = join(this.folder.path, "nats.conf");
    mkdirSync(join(this.folder.path, "store"), { recursive: true });
    writeFileSync(
      path,
      `listen: "${this.address}"\njetstream { store_dir: "${this.folder.path}/store" }\n${this.#config}\n`,
    );
    const log = Bun.file(join(this.folder.path, "log"));
    this.#process = Bun.spawn(["nats-server", "-c", path], { stdout: log, stderr: log });
    await eventually("a listening nats-server", () => this.#isListening(), 10_000);
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.exited;
  }

  async #isListening(): Promise<boolean> {
    if (this.#process?.exitCode !== null)
      throw new Error(`nats-server ended:\n${await Bun.file(join(this.folder.path, "log")).text()}`);
    return await isListening(this.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.folder[Symbol.dispose]();
  }
}

/** Three servers that form one cluster. */
export class NatsCluster implements AsyncDisposable {
  readonly servers: readonly NatsServer[];

  private constructor(servers: readonly NatsServer[]) {
    this.servers = servers;
  }

  static async start(): Promise<NatsCluster> {
    const ports = [freePort(), freePort(), freePort()];
    const routes = ports.map((port) => `"nats://127.0.0.1:${port}"`).join(", ");
    const servers = ports.map(
      (port, index) =>
        new NatsServer(
          `server_name: s${index}\ncluster { name: c, listen: "127.0.0.1:${port}", routes: [${routes}] }`,
        ),
    );
    await Promise.all(servers.map((server) => server.start()));
    const cluster = new NatsCluster(servers);
    await eventually("a cluster with a leader", () => hasLeader(servers[0]), 20_000);
    return cluster;
  }

  get addresses(): readonly string[] {
    return this.servers.map(({ address }) => address);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server[Symbol.asyncDispose]()));
  }
}

async function isListening(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data: () => {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}

async function hasLeader(server: NatsServer | undefined): Promise<boolean> {
  const connection = await connect({ servers: server?.address ?? "" });
  try {
    const answer = await connection.request("$JS.API.INFO", "", { timeout: 1000 });
    return answer.json<{ error?: unknown }>().error === undefined;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

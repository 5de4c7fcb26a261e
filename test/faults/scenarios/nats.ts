import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../base/eventually.ts";
import { configOf, type FaultBed, queuedEndpoint } from "../bed.ts";
import { Link } from "../link.ts";
import { ownPort } from "../own_port.ts";
import type { Obstacle, Scenario } from "../scenario.ts";

/** The server of a shared queue fails, or the way to it does, while the destination is away. */
export const nats: readonly Scenario[] = [
  {
    name: "nats_killed",
    fault: "kill -9 of the nats-server of a shared queue, then a new start",
    obstacle,
    run: async (bed) => {
      await whileServerIsAway(bed, async (server) => {
        await server.kill();
        await Bun.sleep(bed.form(2000, 20_000));
        await server.start();
      });
    },
  },
  {
    name: "nats_partitioned",
    fault: "the way to the nats-server of a shared queue passes nothing for a while, then is cut",
    obstacle,
    run: async (bed) => {
      await whileServerIsAway(bed, async (_, way) => {
        for (const state of ["silent", "whole", "gone"] as const) {
          await way.become(state);
          await Bun.sleep(bed.form(2000, 20_000));
        }
        await way.become("whole");
      });
    },
  },
];

function obstacle(): Obstacle | undefined {
  const command = [process.env["PYRODUCT_EXECUTABLE"] ?? "", "validate", "-"];
  const endpoint = queuedEndpoint(
    "a",
    "http://127.0.0.1:9",
    {},
    { type: "jetstream", servers: ["127.0.0.1"] },
  );
  const config = Buffer.from(JSON.stringify(configOf([endpoint])));
  const knows = Bun.spawnSync(command, { stdin: config, stdout: "ignore", stderr: "ignore" }).success;
  if (!knows) return { reason: "this build has no shared queue", isMendable: false };
  if (Bun.which("nats-server") !== null) return undefined;
  return { reason: "needs Debian's package nats-server", isMendable: true };
}

async function whileServerIsAway(
  bed: FaultBed,
  happen: (server: NatsServer, way: Link) => Promise<void>,
): Promise<void> {
  await using server = new NatsServer(await ownPort());
  await server.start();
  await using way = await Link.open(server.port);
  const link = await bed.link(bed.sink("a"));
  await link.become("gone");
  const queue = { type: "jetstream", servers: [new URL(way.url).host] };
  // Senders should not wait for half a minute to hear that nothing can be stored.
  const config = configOf([queuedEndpoint("a", link.url, {}, queue)], "5s", { server_write_timeout: "4s" });
  await bed.start(config);
  await eventually("a healthy start", () => isHealthy(bed), 20_000);
  const senders = bed.senders({ perSecond: 50, bytes: [500, 20_000] });
  senders.start();
  await Bun.sleep(1500);
  await happen(server, way);
  const takenBefore = senders.answered("200");
  await eventually("an acknowledgement after the fault", () => senders.answered("200") > takenBefore, 30_000);
  await Bun.sleep(1000);
  await senders.stop();
  await link.become("whole");
  await bed.drained(90_000);
  bed.notes.push(`answers: ${[...senders.answers].map(([answer, count]) => `${count}×${answer}`).join(" ")}`);
  await bed.pyroduct.stop();
}

async function isHealthy(bed: FaultBed): Promise<boolean> {
  return (await fetch(`http://${bed.pyroduct.admin}/-/healthy`)).ok;
}

/** A nats-server whose store outlives a kill. */
class NatsServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), "pyroduct-nats-"));
  #process: Bun.Subprocess | undefined;

  constructor(port: number) {
    this.port = port;
  }

  async start(): Promise<void> {
    const where = ["-a", "127.0.0.1", "-p", String(this.port), "-js", "-sd", this.#folder];
    const log = Bun.file(join(this.#folder, "log"));
    this.#process = Bun.spawn(["nats-server", ...where], { stdout: log, stderr: log });
    await eventually("a nats-server that listens", () => this.#isListening(), 10_000);
  }

  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #isListening(): Promise<boolean> {
    try {
      const socket = await Bun.connect({
        hostname: "127.0.0.1",
        port: this.port,
        socket: { data: () => {} },
      });
      socket.end();
      return true;
    } catch {
      return false;
    }
  }
}

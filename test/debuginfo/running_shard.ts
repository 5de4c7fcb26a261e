import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { wholeShare } from "../../src/base/share.ts";
import { componentDefinitions } from "../../src/components.ts";
import { loadConfig } from "../../src/config/load_config.ts";
import { Shard } from "../../src/controller/shard.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { withinMs } from "../wire/bounded.ts";

/** A shard in this process, with one pyroscope.receive_http that listens on a free port of 127.0.0.1. */
export class RunningShard implements AsyncDisposable {
  readonly #shard: Shard;
  readonly #folder: string;
  readonly #log: string[];
  /** `host:port` of the receiver. */
  readonly address: string;

  private constructor(shard: Shard, folder: string, log: string[], address: string) {
    this.#shard = shard;
    this.#folder = folder;
    this.#log = log;
    this.address = address;
  }

  /**
   * @param receiver arguments of the receiver besides `http`.
   * @param others all other components, as in the configuration.
   * @param http arguments of the receiver's `http` besides the address.
   */
  static async start(receiver: object, others: object, http: object = {}): Promise<RunningShard> {
    const config = {
      "pyroscope.receive_http": {
        r: { ...receiver, http: { ...http, listen_address: "127.0.0.1", listen_port: 0 } },
      },
      ...others,
    };
    const loaded = loadConfig(JSON.stringify(config), componentDefinitions, {});
    if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join("\n"));
    const folder = await mkdtemp(join(tmpdir(), "pyroduct-debuginfo-"));
    const log: string[] = [];
    const shard = new Shard({
      definitions: componentDefinitions,
      clock: systemClock,
      log: createLogger("debug", "json", (line) => log.push(line)),
      storagePath: folder,
      adoptedPaths: [],
      share: wholeShare,
    });
    await shard.prepare({ components: loaded.components, ports: {}, isFirst: true });
    await shard.commit();
    const health = await shard.health();
    const address = health.find(({ address }) => address !== undefined)?.address;
    if (address === undefined) throw new Error("the receiver does not listen");
    return new RunningShard(shard, folder, log, address);
  }

  /** What it has logged at this level, line by line. */
  logged(level: string): string[] {
    return this.#log.filter((line) => line.includes(`"level":"${level}"`));
  }

  /** A metric's value where all of `labels` are as given; 0 where there is no such sample. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const samples = (await this.#shard.metrics()).flatMap((family) => family.samples);
    const found = samples.filter(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
    return found.reduce((sum, { value }) => sum + value, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await withinMs(5000, "stopping the shard", this.#shard.stop(0));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

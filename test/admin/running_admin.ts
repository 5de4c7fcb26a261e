import { createAdminApp } from "../../src/admin/app.ts";
import { AdminServices } from "../../src/admin/services.ts";
import { systemClock } from "../../src/base/clock.ts";
import { wholeShare } from "../../src/base/share.ts";
import { componentDefinitions } from "../../src/components.ts";
import { Controller } from "../../src/controller/controller.ts";
import { processFamilies } from "../../src/controller/process_metrics.ts";
import { Shard } from "../../src/controller/shard.ts";
import { InProcessSlot } from "../../src/controller/shard_slot.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { MemorySource } from "../controller/controller_bed.ts";
import { RecordedLog } from "../telemetry/recorded_log.ts";
import { EventReader } from "./event_reader.ts";

/** An admin server without a socket, over a shard that really runs. */
export class RunningAdmin implements AsyncDisposable {
  readonly source: MemorySource;
  readonly log = new RecordedLog();
  readonly controller: Controller;
  readonly services: AdminServices;
  readonly #app: ReturnType<typeof createAdminApp>;
  readonly #folder = new TemporaryFolder();

  constructor(config: object) {
    const { log } = this;
    this.source = new MemorySource(JSON.stringify(config));
    const storagePath = this.#folder.path;
    const parts = { definitions: componentDefinitions, clock: systemClock, log };
    const shard = new Shard({ ...parts, storagePath, adoptedPaths: [], share: wholeShare });
    this.controller = new Controller({
      ...parts,
      source: this.source,
      environment: {},
      slots: [new InProcessSlot(shard, systemClock, log)],
      processMetrics: async () => processFamilies(),
    });
    this.services = new AdminServices(this.controller, systemClock);
    this.#app = createAdminApp(this.controller, log, undefined, this.services);
  }

  static async start(config: object): Promise<RunningAdmin> {
    const admin = new RunningAdmin(config);
    const started = await admin.controller.start();
    if (!started.ok) throw new Error(started.problems.join("\n"));
    return admin;
  }

  async request(path: string, init?: RequestInit): Promise<Response> {
    return await this.#app.request(path, init);
  }

  /** The JSON of an answer; fails where it is no success. */
  async json<Answer>(path: string, init?: RequestInit): Promise<Answer> {
    const response = await this.request(path, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  /** Reads a stream of events until it is disposed. */
  async events(path: string): Promise<EventReader> {
    return new EventReader(await this.request(path));
  }

  /** `http://host:port` of a receiver, by its label. */
  async receiver(label = "r"): Promise<string> {
    const { components } = await this.controller.observation.flow();
    return `http://${components.get(`pyroscope.receive_http.${label}`)?.address}`;
  }

  /** Sends a body to /ingest. */
  async ingest(
    query: string,
    body: string | Uint8Array<ArrayBuffer> | FormData = "profile",
    headers: Record<string, string> = {},
  ): Promise<number> {
    const response = await fetch(`${await this.receiver()}/ingest?${query}`, {
      method: "POST",
      body,
      headers,
    });
    await response.arrayBuffer();
    return response.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.services.stop();
    await this.controller.stop(0);
    this.#folder[Symbol.dispose]();
  }
}

/** A receiver at a port of the system's choice that forwards to these. */
export function receiverInto(...receivers: readonly string[]): object {
  return {
    http: { listen_address: "127.0.0.1", listen_port: 0 },
    forward_to: receivers.map((id) => `${id}.receiver`),
  };
}

/** A receiver before a local store. */
export const storeConfig: object = {
  "pyroscope.receive_http": { r: receiverInto("pyroscope.local_store.s") },
  "pyroscope.local_store": { s: {} },
};

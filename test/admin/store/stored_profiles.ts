import { join } from "node:path";
import { storeCalls } from "../../../src/admin/store/store_calls.ts";
import type { StoreLocation } from "../../../src/controller/shard.ts";
import { ProfileDatabase } from "../../../src/local_store/profile_database.ts";
import type { StoredRecord } from "../../../src/local_store/stored_record.ts";
import { TemporaryFolder } from "../../base/temporary_folder.ts";

/** Two stores, as two processes have them, and what answers questions about both. */
export class StoredProfilesBed implements Disposable {
  readonly #folder = new TemporaryFolder();
  readonly #databases: readonly ProfileDatabase[];
  readonly stores: readonly StoreLocation[];
  nowMs = 0;
  readonly calls = storeCalls(() => this.nowMs);

  constructor() {
    this.stores = [0, 1].map((index) => ({
      component_id: "pyroscope.local_store.s",
      path: join(this.#folder.path, `shard-${index}`, "profiles.sqlite"),
    }));
    const limits = { maxBytes: 1e9, maxAgeMs: 1e12 };
    this.#databases = this.stores.map(({ path }) => new ProfileDatabase(path, limits));
  }

  /** Stores a profile of Push, or what else is said. */
  add(
    receivedAt: number,
    labels: Readonly<Record<string, string>>,
    body: Uint8Array,
    more: Partial<StoredRecord> & { readonly store?: number } = {},
  ): void {
    const record: StoredRecord = {
      from: null,
      until: null,
      kind: "push",
      format: "pprof",
      contentType: "application/octet-stream",
      contentEncoding: "",
      serviceName: labels["service_name"] ?? "",
      labels: new Map(Object.entries(labels)),
      body,
      ...more,
    };
    this.#databases[more.store ?? 0]?.add([record], receivedAt);
  }

  [Symbol.dispose](): void {
    for (const database of this.#databases) database.close();
    this.#folder[Symbol.dispose]();
  }
}

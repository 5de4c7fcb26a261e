import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { FlameGraph } from "../../src/admin/api/flame_graph.ts";
import type { LiveBatch } from "../../src/admin/api/live.ts";
import type { SampleAnswer } from "../../src/admin/api/sample.ts";
import type { ProfilePage } from "../../src/admin/api/store.ts";
import { EventReader } from "../admin/event_reader.ts";
import { withinMs } from "./bounded.ts";
import { PyroductProcess } from "./pyroduct_process.ts";

const config = {
  "pyroscope.receive_http": {
    r: {
      http: { listen_address: "127.0.0.1", listen_port: 0 },
      forward_to: ["pyroscope.local_store.s.receiver"],
    },
  },
  "pyroscope.local_store": { s: {} },
};

/** Streams that the admin server opens at once. */
const mostStreams = 64;

/** What the admin server does beside the wire: threads, streams and the profiler of the process as it is built. */
export function registerAdminApiTests(): void {
  describe("the admin API", () => {
    let pyroduct: PyroductProcess;
    const url = (path: string) => `http://${pyroduct.admin}${path}`;
    const json = async <Answer>(path: string, init?: RequestInit) =>
      (await (await fetch(url(path), init)).json()) as Answer;

    beforeAll(async () => {
      pyroduct = await PyroductProcess.start(config);
    });

    afterAll(async () => {
      await pyroduct.stop();
    });

    test("profiles the process, and draws that", async () => {
      const sample = await json<SampleAnswer>("/api/v0/sample?seconds=1", { method: "POST" });
      expect(sample.stacks).toBeGreaterThan(0);
      const type = "process_cpu:cpu:nanoseconds";
      const graph = await json<FlameGraph>(`/api/v0/store/flamegraph?type=${type}`);
      expect([graph.merged.profiles, graph.total > 0]).toEqual([1, true]);
      const { profiles } = await json<ProfilePage>("/api/v0/profiles");
      const raw = await fetch(url(`/api/v0/profiles/${profiles[0]?.id}/raw`));
      expect((await raw.arrayBuffer()).byteLength).toBe(sample.bytes);
    });

    test("streams what passes", async () => {
      await using events = new EventReader(await fetch(url("/api/v0/live/events")));
      await events.next("profiles");
      await fetch(`http://${pyroduct.receiver}/ingest?name=shop`, { method: "POST", body: "main;a 5" });
      const batch = await events.next<LiveBatch>("profiles", ({ profiles }) =>
        profiles.some(({ status }) => status === "delivered"),
      );
      expect(batch?.profiles.at(-1)).toMatchObject({ service_name: "shop", sender: "127.0.0.1" });
    });

    test("forgets streams whose clients have gone", async () => {
      for (let index = 0; index < mostStreams + 10; index += 1) {
        const response = await fetch(url("/api/v0/flow/events"));
        // The server hears of a client's going a moment later.
        expect(response.status === 200 || index >= mostStreams).toBe(true);
        await response.body?.cancel();
      }
      const again = async () => {
        for (;;) {
          const response = await fetch(url("/api/v0/flow/events"));
          await response.body?.cancel();
          if (response.status === 200) return;
        }
      };
      await withinMs(5000, "room for another stream", again());
    });
  });

  test("an open stream does not keep it from ending", async () => {
    const pyroduct = await PyroductProcess.start(config);
    await using events = new EventReader(await fetch(`http://${pyroduct.admin}/api/v0/flow/events`));
    await events.next("flow");
    expect(await pyroduct.stop()).toBe(0);
  });
}

import { describe, expect, test } from "bun:test";
import { PyroductProcess } from "./pyroduct_process.ts";
import { receiverConfig } from "./receiver_bed.ts";
import { RecordingSink } from "./recording_sink.ts";

const endpoint = { url: "http://127.0.0.1:1" };

/** What is said below each problem of a configuration. */
const excerptAndFix = [/^ +\d+ \| /, /^ +\| +\^+$/, /^ {2}fix: /].map((line) => expect.stringMatching(line));

/** Registers the tests of starts that pyroduct must refuse, and of its end. */
export function registerBadArgumentTests(): void {
  describe("how it starts and ends", () => {
    test("a port in use", async () => {
      await using other = await RecordingSink.start();
      const { port } = new URL(other.url);
      const refused = await PyroductProcess.refused(receiverConfig(endpoint, { listen_port: Number(port) }));
      expect(refused).toEqual({
        status: 1,
        complaints: [expect.stringMatching(new RegExp(`:${port}\\b.*in use`))],
      });
    });

    test("an unknown key", async () => {
      const refused = await PyroductProcess.refused(receiverConfig({ ...endpoint, remote_timeuot: "1s" }));
      const line = /config\.json:\d+:\d+: pyroscope\.write\.w\.endpoint.*remote_timeuot.*remote_timeout/;
      expect(refused).toMatchObject({
        status: 1,
        complaints: [expect.stringMatching(line), ...excerptAndFix],
      });
    });

    test("a reference to nothing", async () => {
      const forward_to = ["pyroscope.write.nobody.receiver"];
      const config = {
        "pyroscope.receive_http": {
          r: { http: { listen_address: "127.0.0.1", listen_port: 0 }, forward_to },
        },
      };
      const line = /config\.json:\d+:\d+: pyroscope\.receive_http\.r\.forward_to.*pyroscope\.write\.nobody/;
      const refused = await PyroductProcess.refused(config);
      expect(refused).toMatchObject({
        status: 1,
        complaints: [expect.stringMatching(line), ...excerptAndFix],
      });
    });

    test("a storage path that can't be written to", async () => {
      const http = { listen_address: "127.0.0.1", listen_port: 0 };
      const config = {
        "pyroscope.receive_http": { r: { http, forward_to: ["pyroscope.local_store.s.receiver"] } },
        "pyroscope.local_store": { s: {} },
      };
      // Below a device there is no folder, not even for root.
      const storagePath = "/dev/null/storage";
      const refused = await PyroductProcess.refused(config, { storagePath });
      expect(refused).toEqual({ status: 1, complaints: [expect.stringContaining(storagePath)] });
    });

    test("SIGTERM", async () => {
      const pyroduct = await PyroductProcess.start(receiverConfig(endpoint));
      expect(await pyroduct.stop()).toBe(0);
    });
  });
}

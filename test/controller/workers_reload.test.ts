import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { eventually } from "../base/eventually.ts";
import { freePort } from "../http/free_port.ts";
import { ReceiverCertificates } from "../receiver_tls/receiver_certificates.ts";
import { renameOver } from "../receiver_tls/replaced_files.ts";
import { SenderConnection } from "../receiver_tls/sender_connection.ts";
import { ingestRequest } from "../receiver_tls/tls_bed.ts";
import { brokenConfigurations, goodConfiguration } from "../reload/configurations.ts";
import { SteadySenders } from "../reload/steady_senders.ts";
import { testTimeoutMs } from "../wire/bounded.ts";
import type { PyroductConfig } from "../wire/pyroduct_process.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { Newcomers } from "./newcomers.ts";
import { listenersAt, WorkersBed } from "./workers_bed.ts";

setDefaultTimeout(testTimeoutMs);

const http = { listen_address: "127.0.0.1", listen_port: 0 };

describe("a reload with workers", () => {
  test("changes all of them or none, and nobody who sends notices", async () => {
    await using common = await RecordingSink.start();
    await using extra = await RecordingSink.start();
    const destinations = { common: common.url, extra: extra.url };
    await using bed = await WorkersBed.start(goodConfiguration(1, destinations));
    const broken = brokenConfigurations(destinations, Number(new URL(common.url).port));
    const load = await SteadySenders.start(bed.pyroduct.receiver, 8);
    const statuses: number[] = [];
    for (let version = 2; version <= 12; version += 1) {
      const isBroken = version % 3 === 0;
      bed.config.replace(
        isBroken ? (broken[(version / 3) % broken.length] ?? "") : goodConfiguration(version, destinations),
      );
      statuses.push((await bed.config.reload()).status);
    }
    await load.end();
    expect(statuses).toEqual([200, 400, 200, 200, 400, 200, 200, 400, 200, 200, 400]);
    expect(load.faults).toEqual([]);
    const versions = common.recording.requests.map(({ query }) => {
      const name = new URLSearchParams(query).get("name") ?? "";
      return ["relabelled", "external"].map((label) => new RegExp(`${label}=(v\\d+)`).exec(name)?.[1]);
    });
    expect(versions.filter(([relabelled, external]) => relabelled !== external)).toEqual([]);

    // Whichever worker takes it, what comes now goes by the last configuration that was right.
    const recording = common.script({});
    await bed.ingestUntil(() => recording.requests.length >= 16);
    const names = recording.requests.map(({ query }) => new URLSearchParams(query).get("name") ?? "");
    expect(new Set(names.map((name) => /external=(v\d+)/.exec(name)?.[1]))).toEqual(new Set(["v11"]));
  });
});

describe("listeners of workers", () => {
  const certificates = new ReceiverCertificates();
  const [before, after] = [certificates.server, certificates.newServer()];
  const [cert_file, key_file] = [certificates.file("served.crt"), certificates.file("served.key")];
  const port = freePort();
  const resources = new AsyncDisposableStack();
  let bed: WorkersBed;
  let sink: RecordingSink;

  beforeAll(async () => {
    resources.use(certificates);
    serve(before);
    sink = resources.use(await RecordingSink.start());
    bed = resources.use(await WorkersBed.start(configuration("60s")));
  }, testTimeoutMs);
  afterAll(() => resources.disposeAsync(), testTimeoutMs);

  function configuration(server_idle_timeout: string, more: object = {}): PyroductConfig {
    const forward_to = ["pyroscope.write.w.receiver"];
    const tls = { cert_file, key_file };
    const fronted = { ...tls, client_auth_type: "RequireAnyClientCert" };
    return {
      "pyroscope.receive_http": {
        plain: { http: { ...http, listen_port: port, server_idle_timeout }, forward_to },
        tls: { http: { ...http, tls }, forward_to },
        front: { http: { ...http, tls: fronted }, forward_to },
        ...more,
      },
      "pyroscope.write": { w: { endpoint: { url: sink.url, max_backoff_retries: 1 } } },
    };
  }

  function serve({ cert, key }: typeof before): void {
    renameOver(cert_file, cert);
    renameOver(key_file, key);
  }

  function address(label: string): string {
    return bed.pyroduct.address((id) => id === `pyroscope.receive_http.${label}`);
  }

  /** What each receiver answers to a sender of its own. */
  async function answers(): Promise<(number | undefined)[]> {
    const senders = (["plain", "tls", "front"] as const).map(async (label) => {
      const client = label === "plain" ? undefined : certificates.client("valid");
      using connection = await SenderConnection.open(address(label), client);
      return (await connection.request(ingestRequest))?.status;
    });
    return await Promise.all(senders);
  }

  test("are opened in all of them, where the system chooses at one port", async () => {
    const late = { late: { http, forward_to: ["pyroscope.write.w.receiver"] } };
    bed.config.replace(configuration("60s", late));
    expect(await bed.config.reload()).toEqual({ status: 200, text: "config reloaded\n" });
    const told = () =>
      bed.pyroduct.log.filter((line) => line["component_id"] === "pyroscope.receive_http.late");
    await eventually("both listeners", () => told().length === 2);
    expect(new Set(told().map(({ worker }) => worker))).toEqual(new Set([0, 1]));
    expect(new Set(told().map((line) => line["address"])).size).toBe(1);
  });

  test("are opened anew without losing a connection, for arguments and certificates", async () => {
    const plain = new Newcomers(address("plain"), 3);
    const secure = new Newcomers(address("tls"), 2, certificates.client("none"));
    await eventually("connections", () => plain.count > 30 && secure.count > 10);
    serve(after);
    for (const timeout of ["50s", "40s"]) {
      bed.config.replace(configuration(timeout));
      expect((await bed.config.reload()).status).toBe(200);
      const { count } = plain;
      await eventually("more connections", () => plain.count > count + 30);
    }
    const renewed = () => bed.pyroduct.log.filter(({ msg }) => msg === "certificates renewed");
    await eventually("the renewals", () => renewed().length === 4);
    const ports = [port, Number(address("tls").split(":")[1])];
    await eventually("the end of those from before", () => ports.every((one) => listenersAt(one) === 2));
    secure.fingerprints.clear();
    const counts = [plain.count, secure.count] as const;
    await eventually("more connections", () => plain.count > counts[0] + 30 && secure.count > counts[1] + 30);
    await Promise.all([plain.end(), secure.end()]);
    expect([...plain.faults, ...secure.faults]).toEqual([]);
    expect([...secure.fingerprints]).toEqual([new X509Certificate(after.cert).fingerprint256]);
  });

  test("are those of each of them, with and without TLS", async () => {
    expect(await answers()).toEqual([200, 200, 200]);
    for (const pid of bed.pids) {
      await bed.whileOneIsMissing(pid, async () => expect(await answers()).toEqual([200, 200, 200]));
    }
    expect(await answers()).toEqual([200, 200, 200]);
  });
});

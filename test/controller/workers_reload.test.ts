import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { eventually } from "../base/eventually.ts";
import { freePort } from "../http/free_port.ts";
import { ReceiverCertificates } from "../receiver_tls/receiver_certificates.ts";
import { renameOver } from "../receiver_tls/replaced_files.ts";
import { type ClientOptions, SenderConnection } from "../receiver_tls/sender_connection.ts";
import { ingestRequest } from "../receiver_tls/tls_bed.ts";
import { brokenConfigurations, goodConfiguration } from "../reload/configurations.ts";
import { SteadySenders } from "../reload/steady_senders.ts";
import { testTimeoutMs } from "../wire/bounded.ts";
import type { PyroductConfig } from "../wire/pyroduct_process.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { areGone, listenersAt, WorkersBed } from "./workers_bed.ts";

setDefaultTimeout(testTimeoutMs);

const http = { listen_address: "127.0.0.1", listen_port: 0 };
const forward_to = ["pyroscope.write.w.receiver"];

function receiving(url: string, receivers: Readonly<Record<string, object>>): PyroductConfig {
  const blocks = Object.entries(receivers).map(([label, more]) => [
    label,
    { http: { ...http, ...more }, forward_to },
  ]);
  return {
    "pyroscope.receive_http": Object.fromEntries(blocks),
    "pyroscope.write": { w: { endpoint: { url, max_backoff_retries: 1 } } },
  };
}

/** New connections, one request each, until it is told to stop; what was no success is kept. */
class Newcomers {
  count = 0;
  readonly faults: string[] = [];
  /** Of the certificates that they were shown. */
  readonly fingerprints = new Set<string>();
  #isOn = true;
  readonly #finished: Promise<unknown>;

  constructor(address: string, atOnce: number, client?: ClientOptions) {
    this.#finished = Promise.all(Array.from({ length: atOnce }, () => this.#run(address, client)));
  }

  async end(): Promise<void> {
    this.#isOn = false;
    await this.#finished;
  }

  async #run(address: string, client?: ClientOptions): Promise<void> {
    while (this.#isOn) {
      try {
        using connection = await SenderConnection.open(address, client);
        this.fingerprints.add(connection.fingerprint);
        const answer = await connection.request(ingestRequest);
        if (answer?.status !== 200) this.faults.push(String(answer?.status));
      } catch (thrown) {
        this.faults.push(String(thrown));
      }
      this.count += 1;
    }
  }
}

describe.concurrent("a reload with workers", () => {
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

  test("opens a port in all of them, and the system chooses it once", async () => {
    await using sink = await RecordingSink.start();
    await using bed = await WorkersBed.start(receiving(sink.url, { r: {} }));
    bed.config.replace(receiving(sink.url, { r: {}, late: {} }));
    expect(await bed.config.reload()).toEqual({ status: 200, text: "config reloaded\n" });
    const late = () =>
      bed.pyroduct.log.filter((line) => line["component_id"] === "pyroscope.receive_http.late");
    await eventually("both listeners", () => late().length === 2);
    expect(new Set(late().map(({ worker }) => worker))).toEqual(new Set([0, 1]));
    expect(new Set(late().map(({ address }) => address)).size).toBe(1);
  });

  test("that opens a port anew loses no connection", async () => {
    await using sink = await RecordingSink.start();
    const port = freePort();
    const at = (server_idle_timeout: string) =>
      receiving(sink.url, { r: { listen_port: port, server_idle_timeout } });
    await using bed = await WorkersBed.start(at("60s"));
    const newcomers = new Newcomers(bed.pyroduct.receiver, 4);
    await eventually("connections", () => newcomers.count > 50);
    for (const timeout of ["50s", "40s"]) {
      bed.config.replace(at(timeout));
      expect((await bed.config.reload()).status).toBe(200);
      const { count } = newcomers;
      await eventually("more connections", () => newcomers.count > count + 50);
    }
    await eventually("the end of the listeners from before", () => listenersAt(port) === 2);
    const { count } = newcomers;
    await eventually("more connections", () => newcomers.count > count + 50);
    await newcomers.end();
    expect(newcomers.faults).toEqual([]);
    // Afterwards both take connections again.
    const before = bed.pids;
    bed.kill(before[0] ?? 0);
    await areGone([before[0] ?? 0]);
    expect(await bed.ingest()).toBe(200);
    await bed.isWholeAfter(1);
    bed.kill(before[1] ?? 0);
    await areGone([before[1] ?? 0]);
    expect(await bed.ingest()).toBe(200);
  });
});

describe.concurrent("TLS with workers", () => {
  test.each(["NoClientCert", "RequireAnyClientCert"])("%s is served by each of them", async (type) => {
    using certificates = new ReceiverCertificates();
    await using sink = await RecordingSink.start();
    const { cert: cert_pem, key: key_pem } = certificates.server;
    const tls = { cert_pem, key_pem, client_auth_type: type };
    await using bed = await WorkersBed.start(receiving(sink.url, { r: { tls } }));
    const ingest = async () => {
      const client = certificates.client("valid");
      using connection = await SenderConnection.open(bed.pyroduct.receiver, client);
      return (await connection.request(ingestRequest))?.status;
    };
    const [first = 0, second = 0] = bed.pids;
    expect(await ingest()).toBe(200);
    bed.kill(first);
    await areGone([first]);
    expect([await ingest(), await ingest()]).toEqual([200, 200]);
    await bed.isWholeAfter(1);
    bed.kill(second);
    await areGone([second]);
    expect([await ingest(), await ingest()]).toEqual([200, 200]);
  });

  test("uses certificates that are renewed in each of them, and nobody who sends notices", async () => {
    using certificates = new ReceiverCertificates();
    await using sink = await RecordingSink.start();
    const [before, after] = [certificates.server, certificates.newServer()];
    const [cert_file, key_file] = [certificates.file("served.crt"), certificates.file("served.key")];
    const write = ({ cert, key }: typeof before) => {
      renameOver(cert_file, cert);
      renameOver(key_file, key);
    };
    write(before);
    await using bed = await WorkersBed.start(receiving(sink.url, { r: { tls: { cert_file, key_file } } }));
    const client = certificates.client("none");
    const newcomers = new Newcomers(bed.pyroduct.receiver, 4, client);
    await eventually("connections", () => newcomers.count > 20);
    write(after);
    const renewals = () => bed.pyroduct.log.filter(({ msg }) => msg === "certificates renewed");
    await eventually("the renewal", () => renewals().length === 2);
    expect(new Set(renewals().map(({ worker }) => worker))).toEqual(new Set([0, 1]));
    const port = Number(bed.pyroduct.receiver.split(":")[1]);
    await eventually("the end of the listeners from before", () => listenersAt(port) === 2);
    newcomers.fingerprints.clear();
    const { count } = newcomers;
    await eventually("more connections", () => newcomers.count > count + 50);
    await newcomers.end();
    expect(newcomers.faults).toEqual([]);
    expect([...newcomers.fingerprints]).toEqual([new X509Certificate(after.cert).fingerprint256]);
  });
});

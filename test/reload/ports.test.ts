import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "../base/eventually.ts";
import { Newcomers } from "../controller/newcomers.ts";
import { freePort } from "../http/free_port.ts";
import { SenderConnection } from "../receiver_tls/sender_connection.ts";
import { testTimeoutMs } from "../wire/bounded.ts";
import { type PyroductConfig, PyroductProcess, type StartOptions } from "../wire/pyroduct_process.ts";
import { type RawRequest, sendRaw } from "../wire/raw_request.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { RunningConfig } from "./running_config.ts";

setDefaultTimeout(testTimeoutMs);

const profile: RawRequest = { method: "POST", target: "/ingest?name=app", body: Buffer.from("profile") };

/** What a test changes of the configuration. */
interface Change {
  /** Ports, or whole `http` blocks, by the labels of the receivers. */
  readonly receivers: Readonly<Record<string, number | PyroductConfig>>;
  /** An external label, which tells at the sink by which configuration a profile went. */
  readonly version: string;
}

/** A pyroduct whose receivers all forward to one sink. */
class PortBed implements AsyncDisposable {
  readonly sink: RecordingSink;
  readonly pyroduct: PyroductProcess;
  readonly config: RunningConfig;

  private constructor(sink: RecordingSink, pyroduct: PyroductProcess) {
    this.sink = sink;
    this.pyroduct = pyroduct;
    this.config = new RunningConfig(pyroduct);
  }

  static async start(change: Change, options?: StartOptions): Promise<PortBed> {
    const sink = await RecordingSink.start();
    return new PortBed(sink, await PyroductProcess.start(configOf(change, sink), options));
  }

  async reload(change: Change): Promise<number> {
    this.config.replace(configOf(change, this.sink));
    return (await this.config.reload()).status;
  }

  /** The versions by which profiles went from now on until `send` is done. */
  async versionsOf(send: () => Promise<unknown>): Promise<string[]> {
    const recording = this.sink.script({});
    await send();
    return recording.requests.map(({ query }) => /version%3D(\w+)/.exec(query)?.[1] ?? query);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pyroduct[Symbol.asyncDispose]();
    await this.sink[Symbol.asyncDispose]();
  }
}

function configOf({ receivers, version }: Change, sink: RecordingSink): PyroductConfig {
  const forward_to = ["pyroscope.write.w.receiver"];
  const blocks = Object.entries(receivers).map(([label, http]) => {
    const more = typeof http === "number" ? { listen_port: http } : http;
    return [label, { http: { listen_address: "127.0.0.1", ...more }, forward_to }] as const;
  });
  return {
    "pyroscope.receive_http": Object.fromEntries(blocks),
    "pyroscope.write": { w: { endpoint: { url: sink.url }, external_labels: { version } } },
  };
}

function at(port: number): string {
  return `127.0.0.1:${port}`;
}

async function isOpen(port: number): Promise<boolean> {
  return await sendRaw(at(port), profile).then(
    () => true,
    () => false,
  );
}

describe("a reload that", () => {
  test.concurrent("moves a receiver to a port that is taken is refused whole", async () => {
    const port = freePort();
    await using bed = await PortBed.start({ receivers: { r: port, s: freePort() }, version: "before" });
    using kept = await SenderConnection.open(at(port));
    await kept.request(profile);
    const taken = Number(new URL(bed.sink.url).port);
    // All that stands beside the one thing that can't be is good.
    const other = freePort();
    expect(await bed.reload({ receivers: { r: other, s: taken, t: freePort() }, version: "after" })).toBe(
      400,
    );
    const { status, text } = await bed.config.health();
    expect(status).toBe(500);
    expect(text).toContain(`127.0.0.1:${taken}: the port is in use by another program`);
    const versions = await bed.versionsOf(async () => {
      expect(await kept.request(profile)).toEqual({ status: 200, connection: undefined });
    });
    expect(versions).toEqual(["before"]);
    await eventually("the other port being closed", async () => !(await isOpen(other)));
  });

  test.concurrent("moves a receiver opens the new port and closes the old one", async () => {
    const [before, after] = [freePort(), freePort()];
    await using bed = await PortBed.start({ receivers: { r: before }, version: "before" });
    expect(await bed.reload({ receivers: { r: after }, version: "after" })).toBe(200);
    expect(await bed.versionsOf(() => sendRaw(at(after), profile))).toEqual(["after"]);
    await eventually("the old port being closed", async () => !(await isOpen(before)));
  });

  test.concurrent("gives a receiver another label leaves its connections open", async () => {
    const port = freePort();
    await using bed = await PortBed.start({ receivers: { old: port }, version: "before" });
    using kept = await SenderConnection.open(at(port));
    await kept.request(profile);
    expect(await bed.reload({ receivers: { renamed: port }, version: "after" })).toBe(200);
    const versions = await bed.versionsOf(async () => {
      for (let round = 0; round < 3; round += 1)
        expect(await kept.request(profile)).toEqual({ status: 200, connection: undefined });
    });
    expect(versions).toEqual(["after", "after", "after"]);
    expect(await bed.config.metrics()).not.toContain('component_id="pyroscope.receive_http.old"');
  });

  test.concurrent("swaps the ports of two receivers leaves their connections open", async () => {
    const [one, other] = [freePort(), freePort()];
    const small = { max_body_size: 3 };
    const before = { small: { listen_port: one, ...small }, large: other };
    const after = { small: { listen_port: other, ...small }, large: one };
    await using bed = await PortBed.start({ receivers: before, version: "before" });
    using atOne = await SenderConnection.open(at(one));
    using atOther = await SenderConnection.open(at(other));
    const fits = { ...profile, body: Buffer.from("x") };
    await Promise.all([atOne, atOther].map((connection) => connection.request(fits)));
    expect(await bed.reload({ receivers: after, version: "after" })).toBe(200);
    // The one at the first port takes everything now, the one at the other only what fits.
    const answers = [
      await atOne.request(profile),
      await atOther.request(fits),
      await atOther.request(profile),
    ];
    expect(answers.map((answer) => answer?.status)).toEqual([200, 200, 413]);
  });

  test.concurrent("changes how a port is listened on loses no connection that is just coming", async () => {
    const port = freePort();
    const timeouts = ["100s", "90s"];
    const http = (server_idle_timeout: string) => ({ listen_port: port, server_idle_timeout });
    await using bed = await PortBed.start({ receivers: { r: http("60s") }, version: "before" });
    const comers = new Newcomers(at(port), 4);
    for (const timeout of timeouts) {
      expect(await bed.reload({ receivers: { r: http(timeout) }, version: "after" })).toBe(200);
      // Connections on their way to the listener from before come in meanwhile.
      await Bun.sleep(500);
    }
    await comers.end();
    expect(comers.faults).toEqual([]);
  });
});

describe("a receiver that is taken out and put back", () => {
  test.concurrent("can listen where it did, at once", async () => {
    const port = freePort();
    await using bed = await PortBed.start({ receivers: { r: port, s: freePort() }, version: "a" });
    for (const version of ["b", "c", "d"]) {
      expect(await bed.reload({ receivers: { s: freePort() }, version })).toBe(200);
      await eventually("the port being closed", async () => !(await isOpen(port)));
      const r = { listen_port: port, server_idle_timeout: `${version.charCodeAt(0)}s` };
      expect(await bed.reload({ receivers: { r, s: freePort() }, version })).toBe(200);
      expect(await bed.versionsOf(() => sendRaw(at(port), profile))).toEqual([version]);
    }
  });
});

describe("with --config.watch", () => {
  test.concurrent("a file that is renamed over the configuration is taken, and a broken one is not", async () => {
    const port = freePort();
    const options = { arguments: ["--config.watch"] };
    await using bed = await PortBed.start({ receivers: { r: port }, version: "first" }, options);
    const shown = () => bed.versionsOf(() => sendRaw(at(port), profile));
    expect(await shown()).toEqual(["first"]);
    bed.config.replace(configOf({ receivers: { r: port }, version: "second" }, bed.sink));
    await eventually("the new version", async () => (await shown())[0] === "second");
    bed.config.replace("pyroscope.write: {");
    await eventually("the bad health", async () => (await bed.config.health()).status === 500);
    expect(await shown()).toEqual(["second"]);
    bed.config.replace(configOf({ receivers: { r: port }, version: "third" }, bed.sink));
    await eventually("the next version", async () => (await shown())[0] === "third");
    expect((await bed.config.health()).status).toBe(200);
  });
});

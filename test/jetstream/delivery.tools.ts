import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "../base/eventually.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { QueuedGraph, queuedConfig } from "../write/queue/queued_graph.ts";
import { NatsCluster, NatsServer } from "./nats_server.ts";

setDefaultTimeout(60_000);

/** Where nothing listens. */
const nowhere = "http://127.0.0.1:1";

/** How long a server's or a queue's recovery may take, in milliseconds. */
const patienceMs = 20_000;

const ok = (count: number) => Array.from({ length: count }, () => 200);

const shared = (servers: readonly string[], more: object = {}) => ({ type: "jetstream", servers, ...more });

/** An instance whose destination is there. */
function instance(url: string, queue: object, receiver: object = {}): Promise<QueuedGraph> {
  return QueuedGraph.start(queuedConfig([{ name: "e", url, queue }], receiver));
}

async function isReady(bed: QueuedGraph): Promise<void> {
  await eventually("a healthy queue", () => bed.health().startsWith("healthy"), patienceMs);
}

async function send(bed: QueuedGraph, body: string | Uint8Array<ArrayBuffer>): Promise<number> {
  const url = `http://${bed.graph.receiver()}/ingest?name=app`;
  return (await fetch(url, { method: "POST", body })).status;
}

function bodiesOf(sink: RecordingSink): Set<string> {
  return new Set(sink.recording.requests.map(({ body }) => Bun.hash(body).toString()));
}

describe("with one nats-server", () => {
  test("a profile has arrived once it is stored, and is delivered", async () => {
    await using server = await NatsServer.start();
    await using sink = await RecordingSink.start();
    await using bed = await instance(sink.url, shared([server.address]));
    await isReady(bed);
    expect(await bed.ingest(20)).toEqual(ok(20));
    await sink.recording.request(20);
    await bed.holds(0);
    expect(sink.recording.requests.length).toBe(20);
  });

  test("what one instance accepted another delivers", async () => {
    await using server = await NatsServer.start();
    await using sink = await RecordingSink.start();
    const accepting = await instance(nowhere, shared([server.address]));
    await isReady(accepting);
    expect(await accepting.ingest(20)).toEqual(ok(20));
    await accepting.holds(20);
    await accepting[Symbol.asyncDispose]();
    await using delivering = await instance(sink.url, shared([server.address]));
    await eventually("20 deliveries", () => bodiesOf(sink).size === 20, 45_000);
    await eventually("an empty queue", () => delivering.queue()?.profiles === 0, patienceMs);
  });

  test("a profile that no message can carry goes through the object store", async () => {
    await using server = await NatsServer.start();
    await using sink = await RecordingSink.start({ answers: [{ status: 503 }, { status: 503 }] });
    await using bed = await instance(sink.url, shared([server.address]));
    await isReady(bed);
    const body = crypto.getRandomValues(new Uint8Array(65_536));
    const large = new Uint8Array(3 * 2 ** 20).map((_, index) => body[index % 65_536] ?? 0);
    expect(await send(bed, large)).toBe(200);
    await eventually("a delivery", () => sink.recording.requests.length >= 3, patienceMs);
    await eventually("an empty queue", () => bed.queue()?.profiles === 0, patienceMs);
    expect(bodiesOf(sink)).toEqual(new Set([Bun.hash(large).toString()]));
  });

  test("without a server pyroduct starts, says so, and takes profiles once it is there", async () => {
    await using server = new NatsServer();
    await using sink = await RecordingSink.start({ otherwise: { status: 503 } });
    await using bed = await instance(sink.url, shared([server.address]), {
      http: { listen_address: "127.0.0.1", listen_port: 0, server_write_timeout: "8s" },
    });
    expect(await bed.ingest()).toEqual([503]);
    expect(bed.health()).toContain(`no NATS server of ${server.address} can be used`);
    await server.start();
    await isReady(bed);
    expect(await bed.ingest()).toEqual([200]);
    const recording = sink.script({});
    await recording.request(1);
    await eventually("an empty queue", () => bed.queue()?.profiles === 0, patienceMs);
  });

  test("without a server a profile is taken all the same where its destination takes it", async () => {
    await using server = new NatsServer();
    await using sink = await RecordingSink.start();
    await using bed = await instance(sink.url, shared([server.address]));
    expect(await bed.ingest()).toEqual([200]);
    expect(sink.recording.requests.length).toBe(1);
  });

  test("what is delivered in its head start is never published", async () => {
    await using server = await NatsServer.start();
    await using sink = await RecordingSink.start();
    await using bed = await instance(sink.url, shared([server.address]));
    await isReady(bed);
    for (let count = 0; count < 50; count += 1) expect(await bed.ingest()).toEqual([200]);
    await bed.holds(0);
    const lines = await bed.metrics();
    const count = (name: string) =>
      Number(
        lines
          .find((line) => line.startsWith(`pyroduct_write_queue_${name}{`))
          ?.split(" ")
          .at(-1) ?? 0,
      );
    // Where the machine is busy, some may be published first.
    expect(count("direct_total")).toBeGreaterThan(0);
    expect([count("enqueued_total"), count("direct_total") + count("commit_seconds_count")]).toEqual([
      50, 50,
    ]);
  });

  test("a server that is killed and comes back has lost nothing", async () => {
    await using server = await NatsServer.start();
    await using sink = await RecordingSink.start({ otherwise: { status: 503 } });
    await using bed = await instance(sink.url, shared([server.address]));
    await isReady(bed);
    expect(await bed.ingest(50)).toEqual(ok(50));
    await server.kill();
    await server.start();
    await isReady(bed);
    sink.script({});
    await eventually("50 deliveries", () => bodiesOf(sink).size === 50, 45_000);
    await eventually("an empty queue", () => bed.queue()?.profiles === 0, patienceMs);
  });

  test("a full queue says so to the sender, or drops its oldest and counts them", async () => {
    await using server = await NatsServer.start();
    const limits = { max_bytes: 2000 };
    await using rejecting = await instance(nowhere, shared([server.address], { ...limits, stream: "a" }));
    await isReady(rejecting);
    const statuses: number[] = [];
    for (let count = 0; count < 10; count += 1) statuses.push(...(await rejecting.ingest()));
    expect([statuses[0], statuses.at(-1)]).toEqual([200, 503]);
    expect(await rejecting.metrics()).toContain(
      `pyroduct_write_queue_rejected_total{"reason":"full"} ${statuses.filter((one) => one === 503).length}`,
    );
    const dropping = shared([server.address], { ...limits, stream: "b", on_full: "drop_oldest" });
    await using bed = await instance(nowhere, dropping);
    await isReady(bed);
    for (let count = 0; count < 20; count += 1) expect(await bed.ingest()).toEqual([200]);
    await eventually("a count of what is kept", async () => {
      const dropped = 20 - (bed.queue()?.profiles ?? 0);
      const line = `pyroduct_write_queue_dropped_total{"reason":"full"} ${dropped}`;
      return dropped > 0 && (await bed.metrics()).includes(line);
    });
  });

  test("what is too old is dropped, and counted", async () => {
    await using server = await NatsServer.start();
    await using bed = await instance(nowhere, shared([server.address], { max_age: "1s" }));
    await isReady(bed);
    expect(await bed.ingest(5)).toEqual(ok(5));
    await eventually(
      "5 dropped profiles",
      async () => (await bed.metrics()).includes('pyroduct_write_queue_dropped_total{"reason":"expired"} 5'),
      patienceMs,
    );
    await bed.holds(0);
  });

  test("a profile that is refused for good is a dead letter, which can be looked at and sent again", async () => {
    await using server = await NatsServer.start();
    await using sink = await RecordingSink.start({ otherwise: { status: 422 } });
    await using bed = await instance(sink.url, shared([server.address]));
    await isReady(bed);
    expect(await bed.ingest(2)).toEqual(ok(2));
    await eventually("2 dead letters", () => bed.queue()?.dead_letters === 2, patienceMs);
    const id = bed.queue()?.id ?? "";
    const [letter] = await bed.queues.deadLetters(id, 10);
    expect(letter?.reason).toContain("422");
    const shown = await bed.queues.deadLetter(id, letter?.id ?? "");
    expect(Buffer.from(shown?.body ?? []).toString()).toStartWith("profile ");
    expect(await bed.queues.order(id, { type: "drop_letters", id: letter?.id })).toBe(1);
    const recording = sink.script({});
    expect(await bed.queues.order(id, { type: "resend_letters", to: id })).toBe(1);
    await recording.request(1);
    await bed.holds(0);
    expect(await bed.queues.deadLetters(id, 10)).toEqual([]);
  });

  test("everything in a queue can be dropped, and the queue goes on", async () => {
    await using server = await NatsServer.start();
    await using bed = await instance(nowhere, shared([server.address]));
    await isReady(bed);
    expect(await bed.ingest(3)).toEqual(ok(3));
    const id = bed.queue()?.id ?? "";
    expect(await bed.queues.order(id, { type: "drop" })).toBe(3);
    await bed.holds(0);
    expect(await bed.ingest()).toEqual([200]);
  });
});

test("of three servers one may be killed", async () => {
  await using cluster = await NatsCluster.start();
  await using sink = await RecordingSink.start({ otherwise: { status: 503 } });
  await using bed = await instance(sink.url, shared(cluster.addresses, { replicas: 3 }));
  await isReady(bed);
  const sendAll = (first: number) =>
    Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const body = `number ${first + index}`;
        return { body, status: await send(bed, body) };
      }),
    );
  const before = await sendAll(0);
  await cluster.servers[0]?.kill();
  const sent = [...before];
  // The others may take longer to choose a leader than senders wait.
  await eventually(
    "a server that takes over",
    async () => {
      const batch = await sendAll(sent.length);
      sent.push(...batch);
      return batch.some(({ status }) => status === 200);
    },
    30_000,
  );
  const accepted = sent.filter(({ status }) => status === 200).map(({ body }) => Bun.hash(body).toString());
  expect(before.map(({ status }) => status)).toEqual(ok(30));
  expect(accepted.length).toBeGreaterThan(30);
  sink.script({});
  await eventually(
    "all deliveries",
    () => {
      const arrived = bodiesOf(sink);
      return accepted.every((body) => arrived.has(body));
    },
    45_000,
  );
  await eventually("an empty queue", () => bed.queue()?.profiles === 0, patienceMs);
});

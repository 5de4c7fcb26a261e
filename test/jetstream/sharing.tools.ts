import { expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "../base/eventually.ts";
import { WorkersBed } from "../controller/workers_bed.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { QueuedGraph, queuedConfig } from "../write/queue/queued_graph.ts";
import { NatsServer } from "./nats_server.ts";

setDefaultTimeout(90_000);

/** How long a server's or a queue's recovery may take, in milliseconds. */
const patienceMs = 20_000;

/** Profiles that become dead letters. */
const refused = 6;

/** How many profiles are sent at once to each instance. */
const atOnce = 8;

function instance(url: string, server: NatsServer, more: object = {}): Promise<QueuedGraph> {
  const queue = { type: "jetstream", servers: [server.address], ...more };
  return QueuedGraph.start(queuedConfig([{ name: "e", url, queue }]));
}

async function isReady(bed: QueuedGraph): Promise<void> {
  await eventually("a healthy queue", () => bed.health().startsWith("healthy"), patienceMs);
}

/** Sends numbered profiles for as long as it is told to; the bodies of those that were accepted. */
async function sendWhile(
  bed: QueuedGraph,
  name: string,
  goesOn: (sent: number) => boolean,
): Promise<string[]> {
  const accepted: string[] = [];
  let sent = 0;
  const sender = async () => {
    while (goesOn(sent)) {
      sent += 1;
      const body = `${name} ${sent}`;
      const url = `http://${bed.graph.receiver()}/ingest?name=app`;
      const { status } = await fetch(url, { method: "POST", body });
      if (status === 200) accepted.push(body);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sender));
  return accepted;
}

/** How often each body has arrived. */
function arrivals(sink: RecordingSink): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { body } of sink.recording.requests) {
    const text = Buffer.from(body).toString();
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

/** Waits until all have arrived; returns how many arrived more than once. */
async function haveArrived(sink: RecordingSink, accepted: readonly string[]): Promise<number> {
  await eventually(
    "all deliveries",
    () => {
      const counts = arrivals(sink);
      return accepted.every((body) => counts.has(body));
    },
    60_000,
  );
  return [...arrivals(sink).values()].filter((count) => count > 1).length;
}

test("two instances that both send, send nothing twice", async () => {
  await using server = await NatsServer.start();
  await using sink = await RecordingSink.start();
  await using one = await instance(sink.url, server);
  await using other = await instance(sink.url, server);
  await Promise.all([isReady(one), isReady(other)]);
  const endsAt = performance.now() + 3000;
  const goesOn = () => performance.now() < endsAt;
  const accepted = (
    await Promise.all([sendWhile(one, "one", goesOn), sendWhile(other, "other", goesOn)])
  ).flat();
  const duplicates = await haveArrived(sink, accepted);
  console.log(`${accepted.length} accepted, ${duplicates} delivered twice`);
  expect(duplicates).toBe(0);
});

test("a server that is killed under load costs nothing that was accepted", async () => {
  await using server = await NatsServer.start();
  await using sink = await RecordingSink.start();
  await using one = await instance(sink.url, server);
  await using other = await instance(sink.url, server);
  await Promise.all([isReady(one), isReady(other)]);
  let isOver = false;
  const sending = [one, other].map((bed, index) => sendWhile(bed, `${index}`, () => !isOver));
  for (let kills = 0; kills < 3; kills += 1) {
    const before = arrivals(sink).size;
    await eventually("deliveries", () => arrivals(sink).size > before + 50, patienceMs);
    await server.kill();
    await server.start();
  }
  isOver = true;
  const accepted = (await Promise.all(sending)).flat();
  const duplicates = await haveArrived(sink, accepted);
  console.log(`3 kills: ${accepted.length} accepted, 0 lost, ${duplicates} delivered twice`);
  expect(accepted.length).toBeGreaterThan(150);
  await eventually("an empty queue", () => one.queue()?.profiles === 0, 45_000);
});

test("what comes just now does not wait for the backlog", async () => {
  await using server = await NatsServer.start();
  await using sink = await RecordingSink.start({ otherwise: { status: 503 } });
  await using bed = await instance(sink.url, server, { drain_rate: 1000 });
  await isReady(bed);
  const backlog = await sendWhile(bed, "x".repeat(500), (sent) => sent < 60);
  await bed.holds(backlog.length);
  // What waits for less than five seconds is not held back.
  const ageMs = () => Date.now() - (bed.queue()?.oldest_at ?? Date.now());
  await eventually("a backlog", () => ageMs() > 8000, patienceMs);
  sink.script({});
  await eventually("a delivery", () => sink.recording.requests.length > 0, patienceMs);
  const [live] = await sendWhile(bed, "live", (sent) => sent === 0);
  await eventually("the live profile", () => arrivals(sink).has(live ?? ""));
  expect(bed.queue()?.profiles).toBeGreaterThan(10);
});

test("workers tell of a shared queue once, and what is sent again is sent once", async () => {
  await using server = await NatsServer.start();
  await using sink = await RecordingSink.start();
  sink.script({ otherwise: { status: 422 } });
  const queue = { type: "jetstream", servers: [server.address] };
  await using bed = await WorkersBed.start({ ...queuedConfig([{ name: "e", url: sink.url, queue }]) });
  const path = "/api/v0/queues/pyroscope.write.w:e";
  const letters = async () =>
    ((await (await bed.get(`${path}/dead_letters`)).json()) as { dead_letters: unknown[] }).dead_letters;
  await eventually("a queue", async () => (await bed.ingest("name=app", "letter")) === 200, patienceMs);
  for (let n = 1; n < refused; n += 1) expect(await bed.ingest("name=app", "letter")).toBe(200);
  await eventually("all dead letters", async () => (await letters()).length === refused, patienceMs);
  const told = () => bed.metric("pyroduct_write_queue_dead_letters");
  await eventually("a count of them", async () => (await told()) === refused, patienceMs);
  const { dead_letters } = (await (await bed.get(path)).json()) as { dead_letters: number };
  expect(dead_letters).toBe(refused);
  sink.script({});
  const before = sink.recording.requests.length;
  const url = `http://${bed.pyroduct.admin}${path}/dead_letters/resend`;
  expect(await (await fetch(url, { method: "POST" })).json()).toEqual({ profiles: refused });
  const arrived = () => sink.recording.requests.length - before;
  await eventually("their deliveries", () => arrived() >= refused, patienceMs);
  await eventually("none that waits", async () => (await told()) === 0, patienceMs);
  expect(await letters()).toEqual([]);
  expect(arrived()).toBe(refused);
});

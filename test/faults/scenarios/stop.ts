import { configOf, type FaultBed, queuedEndpoint } from "../bed.ts";
import type { Scenario } from "../scenario.ts";

/** SIGTERM while much waits: a disk queue keeps it, a memory queue sends what it can and names the rest. */
export const stops: readonly Scenario[] = [
  { name: "stop_disk", fault: "SIGTERM with a deep queue on the disk, then a new start", run: stopDisk },
  {
    name: "stop_memory",
    fault: "SIGTERM with a deep queue in memory, its destination back",
    run: stopMemory,
  },
  {
    name: "stop_memory_away",
    fault: "SIGTERM with a deep queue in memory, its destination away",
    run: stopMemoryAway,
  },
];

const graceMs = 4000;

async function stopDisk(bed: FaultBed): Promise<void> {
  const sink = bed.sink("a");
  const link = await bed.link(sink);
  await link.become("gone");
  const config = configOf([queuedEndpoint("a", link.url)], `${graceMs}ms`);
  await bed.start(config);
  const senders = bed.senders({ perSecond: 200, bytes: [500, 20_000] });
  await senders.sendFor(bed.form(3000, 60_000));
  // In the midst of a slow drain, with senders that go on.
  sink.behaviour = async () => {
    await Bun.sleep(200);
    return undefined;
  };
  await link.become("whole");
  senders.start();
  await Bun.sleep(500);
  await stopWithin(bed, graceMs + 2000);
  await senders.stop();
  sink.behaviour = () => undefined;
  await bed.start(config);
  await bed.drained(60_000);
}

async function stopMemory(bed: FaultBed): Promise<void> {
  const link = await bed.link(bed.sink("a"));
  await link.become("gone");
  // Without its last words, the queue would drain at this rate for minutes.
  const queue = { type: "memory", drain_rate: "100kB/s" };
  await bed.start(configOf([queuedEndpoint("a", link.url, {}, queue)], "20s"));
  const senders = bed.senders({ perSecond: 200, bytes: [500, 20_000] });
  await senders.sendFor(bed.form(4000, 20_000));
  await link.become("whole");
  await stopWithin(bed, 22_000);
}

async function stopMemoryAway(bed: FaultBed): Promise<void> {
  const link = await bed.link(bed.sink("a"));
  await link.become("gone");
  await bed.start(configOf([queuedEndpoint("a", link.url, {}, { type: "memory" })], `${graceMs}ms`));
  // pyroduct counts requests: as many as profiles, where each Push has one.
  const senders = bed.senders({ perSecond: 100, bytes: [500, 20_000], seriesPerPush: 1 });
  await senders.sendFor(bed.form(2000, 10_000));
  await stopWithin(bed, graceMs + 2000);
  // The process is gone, and its counters with it: what it said last counts.
  const words = bed.pyroduct.log.filter(({ msg }) => msg === "profiles are lost with the process's memory");
  const dropped = words.reduce((sum, { profiles }) => sum + Number(profiles), 0);
  bed.dropped = { shutdown: dropped };
  const { acknowledged } = bed.tally;
  bed.expect(dropped === acknowledged, `${dropped} of ${acknowledged} are said to be lost`);
}

async function stopWithin(bed: FaultBed, boundMs: number): Promise<void> {
  const [before] = await bed.queues();
  const startedAt = performance.now();
  const status = await bed.pyroduct.stop(boundMs);
  const seconds = (performance.now() - startedAt) / 1000;
  bed.notes.push(`${before?.profiles} waited; it ended with status ${status} after ${seconds.toFixed(1)} s`);
  bed.expect(status === 0, `it ended with status ${status}`);
}

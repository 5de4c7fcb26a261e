import { expect, test } from "bun:test";
import { type ConnectionUse, KeptConnections, Sharers } from "../../src/http/kept_connections.ts";
import { FakeClock, settled } from "../base/fake_clock.ts";

function open(clock = new FakeClock(), sharers = new Sharers()): KeptConnections {
  return new KeptConnections(clock, sharers);
}

const never = new AbortController().signal;

/** Has so many requests begin; each that may be sent by now is among the result. */
async function begin(
  kept: KeptConnections,
  count: number,
  { bytes = 1000, signal = never } = {},
): Promise<ConnectionUse[]> {
  const sent: ConnectionUse[] = [];
  for (let one = 0; one < count; one += 1) void beginOne(kept, bytes, signal, sent);
  await settled();
  return sent;
}

async function beginOne(kept: KeptConnections, bytes: number, signal: AbortSignal, sent: ConnectionUse[]) {
  const use = kept.begin(bytes);
  await use.wait(signal);
  sent.push(use);
}

test("a request more than connections are kept waits until one has its answer", async () => {
  const sent = await begin(open(), 66);
  expect(sent).toHaveLength(64);
  sent[0]?.end();
  await settled();
  expect(sent).toHaveLength(65);
});

test("nobody waits long where no answer comes", async () => {
  const clock = new FakeClock();
  const sent = await begin(open(clock), 200);
  await clock.advance(59);
  expect(sent).toHaveLength(64);
  await clock.advance(1);
  expect(sent).toHaveLength(200);
});

test("who has waited in vain makes room for nobody", async () => {
  const clock = new FakeClock();
  const kept = open(clock);
  const sent = await begin(kept, 65);
  await clock.advance(60);
  sent[64]?.end();
  expect(await begin(kept, 1)).toHaveLength(0);
});

test("who no longer wants its answer does not wait", async () => {
  const kept = open();
  await begin(kept, 64);
  expect(await begin(kept, 1, { signal: AbortSignal.abort() })).toHaveLength(1);
});

test("nobody waits where answers take long", async () => {
  const clock = new FakeClock();
  const kept = open(clock);
  const slow = await begin(kept, 64);
  await clock.advance(500);
  slow[0]?.end();
  expect(await begin(kept, 10)).toHaveLength(10);
});

test.each([
  [0, 64],
  [64 * 1024, 64],
  [100_000, 32],
  [2 ** 20, 4],
  [2 ** 30, 1],
])("of bodies of %d bytes, %d are sent at once", async (bytes, count) => {
  expect(await begin(open(), 100, { bytes })).toHaveLength(count);
});

test("large bodies may take longer", async () => {
  const clock = new FakeClock();
  const kept = open(clock);
  const sent = await begin(kept, 4, { bytes: 2 ** 20 });
  await clock.advance(319);
  for (const one of sent) one.end();
  await begin(kept, 64);
  expect(await begin(kept, 1)).toHaveLength(0);
});

test("servers share the connections that are kept, and who ends leaves its share to the others", async () => {
  const sharers = new Sharers();
  const [one, other] = [open(new FakeClock(), sharers), open(new FakeClock(), sharers)];
  for (const each of [one, other]) each.begin(0).end();
  const sent = await begin(one, 40);
  expect([sent.length, (await begin(other, 40)).length]).toEqual([32, 32]);
  other.close();
  await settled();
  expect(sent).toHaveLength(40);
});

test("who has ended takes no share again, whatever it still sends", async () => {
  const sharers = new Sharers();
  const [ended, other] = [open(new FakeClock(), sharers), open(new FakeClock(), sharers)];
  ended.begin(0).end();
  ended.close();
  ended.begin(0).end();
  expect(await begin(other, 100)).toHaveLength(64);
});

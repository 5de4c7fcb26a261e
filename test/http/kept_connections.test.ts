import { expect, test } from "bun:test";
import { KeptConnections, type Passage } from "../../src/http/kept_connections.ts";
import { FakeClock, settled } from "../base/fake_clock.ts";

const never = new AbortController().signal;

/** Has so many requests enter; each that is in by now is among the result. */
async function enter(kept: KeptConnections, count: number, signal = never): Promise<Passage[]> {
  const entered: Passage[] = [];
  for (let one = 0; one < count; one += 1) void push(kept.enter(signal), entered);
  await settled();
  return entered;
}

async function push(passage: Passage | Promise<Passage>, entered: Passage[]): Promise<void> {
  entered.push(await passage);
}

test("a request more than connections are kept waits until one has its answer", async () => {
  const kept = new KeptConnections(new FakeClock());
  const entered = await enter(kept, 66);
  expect(entered).toHaveLength(64);
  entered[0]?.leave();
  await settled();
  expect(entered).toHaveLength(65);
});

test("nobody waits long where no answer comes", async () => {
  const clock = new FakeClock();
  const entered = await enter(new KeptConnections(clock), 200);
  await clock.advance(59);
  expect(entered).toHaveLength(64);
  await clock.advance(1);
  expect(entered).toHaveLength(200);
});

test("who has waited in vain makes room for nobody", async () => {
  const clock = new FakeClock();
  const kept = new KeptConnections(clock);
  const entered = await enter(kept, 65);
  await clock.advance(60);
  entered[64]?.leave();
  expect(await enter(kept, 1)).toHaveLength(0);
});

test("who no longer wants its answer does not wait", async () => {
  const kept = new KeptConnections(new FakeClock());
  await enter(kept, 64);
  expect(await enter(kept, 1, AbortSignal.abort())).toHaveLength(1);
});

test("nobody waits where answers take long", async () => {
  const clock = new FakeClock();
  const kept = new KeptConnections(clock);
  const slow = await enter(kept, 64);
  await clock.advance(500);
  slow[0]?.leave();
  expect(await enter(kept, 10)).toHaveLength(10);
});

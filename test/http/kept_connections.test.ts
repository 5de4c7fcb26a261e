import { expect, test } from "bun:test";
import { KeptConnections } from "../../src/http/kept_connections.ts";
import { FakeClock, settled } from "../base/fake_clock.ts";

const never = new AbortController().signal;

/** Has so many requests enter; whether each that is in by now has a connection is among the result. */
async function enter(kept: KeptConnections, count: number, signal = never): Promise<boolean[]> {
  const entered: boolean[] = [];
  for (let one = 0; one < count; one += 1) void enterOnce(kept, signal, entered);
  await settled();
  return entered;
}

async function enterOnce(kept: KeptConnections, signal: AbortSignal, entered: boolean[]): Promise<void> {
  entered.push(kept.tryEnter() || (await kept.enter(signal)));
}

test("a request more than connections are kept waits until one has its answer", async () => {
  const kept = new KeptConnections(new FakeClock());
  const entered = await enter(kept, 66);
  expect(entered).toHaveLength(64);
  kept.leave(true, 1);
  await settled();
  expect(entered).toEqual(Array.from({ length: 65 }, () => true));
});

test("nobody waits long where no answer comes", async () => {
  const clock = new FakeClock();
  const entered = await enter(new KeptConnections(clock), 200);
  await clock.advance(59);
  expect(entered).toHaveLength(64);
  await clock.advance(1);
  expect([entered.length, entered.filter((isPlaced) => isPlaced).length]).toEqual([200, 64]);
});

test("who has waited in vain makes room for nobody", async () => {
  const clock = new FakeClock();
  const kept = new KeptConnections(clock);
  const entered = await enter(kept, 65);
  await clock.advance(60);
  kept.leave(entered[64] ?? true, 1);
  expect(await enter(kept, 1)).toHaveLength(0);
});

test("who no longer wants its answer does not wait", async () => {
  const kept = new KeptConnections(new FakeClock());
  await enter(kept, 64);
  expect(await enter(kept, 1, AbortSignal.abort())).toEqual([false]);
});

test("nobody waits where answers take long", async () => {
  const kept = new KeptConnections(new FakeClock());
  await enter(kept, 65);
  kept.leave(true, 500);
  await settled();
  expect(await enter(kept, 10)).toEqual(Array.from({ length: 10 }, () => false));
});

import { expect, test } from "bun:test";
import { getEventListeners } from "node:events";
import { orAborted } from "../../src/base/or_aborted.ts";

const late = () => "aborted";

test("what comes first counts", async () => {
  const abort = new AbortController();
  expect(await orAborted(Promise.resolve("came"), abort.signal, late)).toBe("came");
  const waiting = orAborted(new Promise<string>(() => {}), abort.signal, late);
  abort.abort();
  expect(await waiting).toBe("aborted");
  expect(await orAborted(new Promise<string>(() => {}), abort.signal, late)).toBe("aborted");
});

test("failures are told, whoever fails", async () => {
  const abort = new AbortController();
  const failing = orAborted(Promise.reject(new Error("pending")), abort.signal, late);
  await expect(failing).rejects.toThrow("pending");
  const waiting = orAborted(new Promise<string>(() => {}), AbortSignal.abort(), () => {
    throw new Error("aborted");
  });
  await expect(waiting).rejects.toThrow("aborted");
});

test("nobody listens to the signal afterwards", async () => {
  const { signal } = new AbortController();
  const waiting = orAborted(Promise.resolve("came"), signal, late);
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  await waiting;
  await Promise.resolve();
  await Promise.resolve();
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

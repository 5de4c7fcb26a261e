import { expect, test } from "bun:test";
import { freeBytes } from "../../src/base/free_bytes.ts";

test("what is large and alone in its memory is empty afterwards", () => {
  const bytes = new Uint8Array(100_000);
  freeBytes(bytes);
  expect([bytes.byteLength, bytes.buffer.byteLength]).toEqual([0, 0]);
});

test.each([
  ["small", new Uint8Array(100)],
  ["a part of something", new Uint8Array(100_000).subarray(0, 90_000)],
  ["shared between threads", new Uint8Array(new SharedArrayBuffer(100_000))],
])("what is %s stays", (_, bytes) => {
  const { byteLength } = bytes;
  freeBytes(bytes);
  expect(bytes.byteLength).toBe(byteLength);
});

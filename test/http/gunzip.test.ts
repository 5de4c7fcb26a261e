import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { ByteBudget, HeldBytes } from "../../src/http/byte_budget.ts";
import { type Gunzipped, gunzip } from "../../src/http/gunzip.ts";

const mebibyte = 2 ** 20;

interface Unzipped {
  readonly result: Gunzipped;
  /** Bytes held while the result was in use, and after its release. */
  readonly held: number;
  readonly heldAfter: number;
}

async function unzip(
  compressed: Uint8Array,
  maxBytes = 64 * mebibyte,
  budgetBytes = 256 * mebibyte,
): Promise<Unzipped> {
  const budget = new ByteBudget(budgetBytes);
  const held = new HeldBytes(budget);
  const result = await gunzip(compressed, { maxBytes, held });
  const heldNow = budgetBytes - budget.free;
  held.release();
  return { result, held: heldNow, heldAfter: budgetBytes - budget.free };
}

/** Bytes that hardly compress, always the same. */
function noise(length: number): Uint8Array {
  let state = 12_345;
  return new Uint8Array(length).map(() => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state >>> 16;
  });
}

/** The way that a body goes depends on its size, before and after: these take one and the other. */
const contents: readonly (readonly [name: string, content: Uint8Array])[] = [
  ["nothing", new Uint8Array(0)],
  ["a little", noise(1000)],
  ["just what is done in one go", new Uint8Array(256 * 1024).fill(7)],
  ["a little more than that", new Uint8Array(256 * 1024 + 1).fill(7)],
  ["much that compresses", new Uint8Array(5 * mebibyte).fill(7)],
  ["much that does not", noise(mebibyte)],
];

describe.each(contents)("%s", (_, content) => {
  test("is unzipped and held until it is released", async () => {
    const { result, held, heldAfter } = await unzip(gzipSync(content));
    expect(result).toEqual({ type: "body", bytes: expect.anything() });
    expect(Buffer.compare(bytesOf(result), content)).toBe(0);
    expect([held, heldAfter]).toEqual([content.byteLength, 0]);
  });

  test("may be just as long as the limit says", async () => {
    const { result } = await unzip(gzipSync(content), Math.max(1, content.byteLength));
    expect(result.type).toBe("body");
  });

  test("in two gzip members is the same", async () => {
    const half = content.byteLength >> 1;
    const members = Buffer.concat([gzipSync(content.subarray(0, half)), gzipSync(content.subarray(half))]);
    expect(Buffer.compare(bytesOf((await unzip(members)).result), content)).toBe(0);
  });

  test("cut short is no gzip, and nothing stays held", async () => {
    const compressed = gzipSync(content);
    const { result, heldAfter } = await unzip(compressed.subarray(0, compressed.byteLength - 9));
    expect([result.type, heldAfter]).toEqual(["not_gzip", 0]);
  });

  test("with a wrong checksum is no gzip", async () => {
    const compressed = gzipSync(content);
    compressed[compressed.byteLength - 8] = (compressed.at(-8) ?? 0) ^ 1;
    expect((await unzip(compressed)).result.type).toBe("not_gzip");
  });
});

describe("limits", () => {
  test.each(contents.filter(([, content]) => content.byteLength > 0))(
    "%s: one byte more than allowed is too large",
    async (_, content) => {
      const { result, heldAfter } = await unzip(gzipSync(content), content.byteLength - 1);
      expect([result.type, heldAfter]).toEqual(["too_large", 0]);
    },
  );

  test.each(contents.filter(([, content]) => content.byteLength > 0))(
    "%s: more than the budget has no room",
    async (_, content) => {
      const { result, heldAfter } = await unzip(gzipSync(content), undefined, content.byteLength - 1);
      expect([result.type, heldAfter]).toEqual(["no_room", 0]);
    },
  );

  test("of a bomb no more is unzipped than allowed", async () => {
    const bomb = gzipSync(new Uint8Array(64 * mebibyte));
    const { result, held, heldAfter } = await unzip(bomb, 2 * mebibyte);
    expect([result.type, heldAfter]).toEqual(["too_large", 0]);
    expect(held).toBeLessThanOrEqual(2 * mebibyte);
  });

  test("a request that is over holds nothing", async () => {
    const budget = new ByteBudget(mebibyte);
    const held = new HeldBytes(budget);
    held.release();
    expect((await gunzip(gzipSync(noise(100)), { maxBytes: mebibyte, held })).type).toBe("no_room");
    expect(budget.free).toBe(mebibyte);
  });
});

describe("what is no gzip", () => {
  test.each<[string, Uint8Array]>([
    ["nothing at all", new Uint8Array(0)],
    ["text", Buffer.from("hello")],
    ["the magic number alone", new Uint8Array([0x1f, 0x8b])],
    ["much of something else", noise(mebibyte)],
  ])("%s is refused", async (_, bytes) => {
    const { result, heldAfter } = await unzip(bytes);
    expect([result.type, heldAfter]).toEqual(["not_gzip", 0]);
  });

  test("no bytes make it fail, and nothing stays held", async () => {
    const compressed = gzipSync(noise(200));
    const changes = fc.array(fc.tuple(fc.nat(compressed.byteLength - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(changes, async (all) => {
        const mutated = Uint8Array.from(compressed);
        for (const [index, byte] of all) mutated[index] = byte;
        const { result, heldAfter } = await unzip(mutated, 4096);
        expect(result.type).toBeOneOf(["body", "not_gzip", "too_large"]);
        expect(heldAfter).toBe(0);
      }),
    );
  });
});

function bytesOf(result: Gunzipped): Uint8Array {
  if (result.type !== "body") throw new Error(`there is no body: ${result.type}`);
  return result.bytes;
}

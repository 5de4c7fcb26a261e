import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatByteSize, parseByteSize } from "../../src/base/byte_size.ts";
import { anyText } from "./any_text.ts";

describe("parseByteSize", () => {
  test.each([
    ["0", 0],
    ["4096", 4096],
    ["1b", 1],
    ["64MiB", 64 * 2 ** 20],
    ["64 MiB", 64 * 2 ** 20],
    ["64mib", 64 * 2 ** 20],
    [" 1GiB ", 2 ** 30],
    ["1.5GB", 1.5e9],
    ["2kB", 2000],
    ["1KiB", 1024],
    ["1TiB", 2 ** 40],
    ["0.5KiB", 512],
    ["0.3B", 0],
  ])("%j is %d bytes", (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });

  test.each([
    "",
    "MiB",
    "-1MiB",
    "+1MiB",
    "1e6",
    "1 M i B",
    "1XB",
    "1.MiB",
    ".5MiB",
    "1,5MiB",
    "0x10",
    "9999999TiB",
  ])("%j is no size", (text) => {
    expect(parseByteSize(text)).toBeUndefined();
  });

  test.each(["1constructor", "1__proto__", "1toString"])(
    "%j, a name that objects have, is no unit",
    (text) => {
      expect(parseByteSize(text)).toBeUndefined();
    },
  );

  test("any text yields whole bytes or nothing, and no error", () => {
    fc.assert(
      fc.property(fc.oneof(anyText(), fc.stringMatching(/^[0-9.]+ ?[kmgtKMGTiIbB]*$/)), (text) => {
        const bytes = parseByteSize(text);
        expect(bytes === undefined || (Number.isSafeInteger(bytes) && bytes >= 0)).toBe(true);
      }),
    );
  });
});

describe("formatByteSize", () => {
  test.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [64 * 2 ** 20, "64 MiB"],
    [2 ** 30, "1 GiB"],
    [5000 * 2 ** 40, "5000 TiB"],
  ])("%d bytes are %j", (bytes, text) => {
    expect(formatByteSize(bytes)).toBe(text);
  });

  test("what was formatted parses to the same, but for what one decimal leaves out", () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat().map((bytes) => Math.floor(bytes / 8)),
        (bytes) => {
          const again = parseByteSize(formatByteSize(bytes)) ?? Number.NaN;
          expect(Math.abs(again - bytes)).toBeLessThanOrEqual(bytes * 0.05);
        },
      ),
    );
  });

  test("a whole number of units survives exactly", () => {
    fc.assert(
      fc.property(fc.nat(1023), fc.nat(4), (count, power) => {
        const bytes = count * 1024 ** power;
        expect(parseByteSize(formatByteSize(bytes))).toBe(bytes);
      }),
    );
  });
});

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { isGzip, profileFormatOf } from "../../src/profile/profile_format.ts";

const captures = join(import.meta.dir, "..", "wire", "captures");

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

describe("the format of bytes", () => {
  test("is pprof where they are such a message, of any size", () => {
    const recorded = Bun.gunzipSync(readFileSync(join(captures, "curl-pprof", "0000.body")));
    expect(profileFormatOf(recorded)).toBe("pprof");
    // A string table in bits and pieces after the samples: still the fields of a profile.
    expect(profileFormatOf(Uint8Array.of(0x12, 0x02, 0x0a, 0x00, 0x32, 0x00))).toBe("pprof");
  });

  test("is not pprof where a field goes beyond the end, has a strange type or number", () => {
    expect(profileFormatOf(Uint8Array.of(0x12, 0x7f, 0x00))).toBe("unknown");
    expect(profileFormatOf(Uint8Array.of(0x12, 0x00, 0x15, 1, 2, 3, 4))).toBe("unknown");
    expect(profileFormatOf(Uint8Array.of(0x12, 0x00, 0xfa, 0x01, 0x00))).toBe("unknown");
    expect(profileFormatOf(Uint8Array.of(0x12))).toBe("unknown");
  });

  test("is jfr by its first four bytes", () => {
    expect(profileFormatOf(Uint8Array.of(0x46, 0x4c, 0x52, 0x00, 0x00, 0x02))).toBe("jfr");
  });

  test("is folded where every line is a stack and a number", () => {
    expect(profileFormatOf(text("main;a b;c 12\nmain 1\n"))).toBe("folded");
    expect(profileFormatOf(text("main;a 12\r\n\r\nmain;b 0.5"))).toBe("folded");
    expect(profileFormatOf(text("main;a 12\nno number here\n"))).toBe("unknown");
  });

  test("is folded where what is looked at ends within a line or a character", () => {
    const line = `${"ä;".repeat(40)}x 7\n`;
    expect(profileFormatOf(text(line.repeat(2000)))).toBe("folded");
  });

  test("is json by its first character", () => {
    expect(profileFormatOf(text(' {"profiles":[]}'))).toBe("json");
  });

  test("is unknown of nothing, and of gzip, which is recognised as such", () => {
    expect(profileFormatOf(new Uint8Array(0))).toBe("unknown");
    const zipped = new Uint8Array(gzipSync(text("main 1\n")));
    expect([isGzip(zipped), profileFormatOf(zipped)]).toEqual([true, "unknown"]);
  });

  test("is told of any bytes whatever, without failing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(["pprof", "jfr", "folded", "json", "unknown"]).toContain(profileFormatOf(bytes));
      }),
    );
  });
});

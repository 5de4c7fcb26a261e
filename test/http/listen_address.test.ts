import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatAddress, parseAddress } from "../../src/http/listen_address.ts";

describe("parseAddress", () => {
  test.each<[string, string, number]>([
    ["127.0.0.1:4040", "127.0.0.1", 4040],
    [":4040", "", 4040],
    ["localhost:0", "localhost", 0],
    ["[::1]:65535", "::1", 65_535],
    ["[::]:80", "::", 80],
  ])("%s", (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port });
  });

  test.each([
    "",
    "4040",
    "localhost",
    "localhost:",
    "::1:4040",
    "[::1]",
    "[::1",
    "a:65536",
    "a:-1",
    "a:1.5",
    "a:1 ",
    "[x]:1",
    "http://a:1",
  ])("%j is no address", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  test("reads what formatAddress writes", () => {
    const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain(), fc.constant(""));
    fc.assert(
      fc.property(host, fc.nat(65_535), (name, port) => {
        expect(parseAddress(formatAddress(name, port))).toEqual({ host: name, port });
      }),
    );
  });
});

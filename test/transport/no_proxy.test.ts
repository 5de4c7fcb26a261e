import { expect, test } from "bun:test";
import { isProxyBypassed } from "../../src/http/no_proxy.ts";

test.each([
  // Names: themselves and all below, or only those below.
  ["http://example.com", "example.com", true],
  ["http://sub.example.com", "example.com", true],
  ["http://notexample.com", "example.com", false],
  ["http://EXAMPLE.com", "Example.COM", true],
  ["http://example.com", ".example.com", false],
  ["http://sub.example.com", ".example.com", true],
  ["http://a.b.example.com", "*.example.com", true],
  ["http://example.com", "*.example.com", false],
  ["http://com", "example.com", false],
  ["http://sub.bücher.example", "bücher.example", true],
  ["http://sub.xn--bcher-kva.example", ".Bücher.example", true],
  // Ports.
  ["http://example.com", "example.com:80", true],
  ["https://example.com", "example.com:80", false],
  ["https://example.com", "example.com:443", true],
  ["http://sub.example.com:4040", ".example.com:4040", true],
  ["http://example.com:4041", "example.com:4040", false],
  ["http://example.com", ":80", false],
  // Addresses.
  ["http://10.1.2.3", "10.1.2.3", true],
  ["http://10.1.2.3:4040", "10.1.2.3:4040", true],
  ["http://10.1.2.3:4040", "10.1.2.3:4041", false],
  ["http://10.1.2.30", "10.1.2.3", false],
  ["http://[fd00::1]", "fd00::1", true],
  ["http://[fd00:0:0::1]:4040", "[fd00::1]:4040", true],
  ["http://[fd00::1]:4040", "[fd00::1]:4041", false],
  ["http://[fd00::1]", "[fd00::1]", false],
  ["http://[::ffff:10.1.2.3]", "10.1.2.3", true],
  // Ranges, which names are not looked up for.
  ["http://10.1.2.3", "10.0.0.0/8", true],
  ["http://11.1.2.3", "10.0.0.0/8", false],
  ["http://[fd00::1]", "fd00::/8", true],
  ["http://[fd00::1]", "10.0.0.0/8", false],
  ["http://ten.example.com", "10.0.0.0/8", false],
  // A name never matches an address, nor the other way round.
  ["http://10.1.2.3", "2.3", false],
  ["http://10.1.2.3", ".2.3", false],
  // Lists.
  ["http://b.example", " a.example , b.example ", true],
  ["http://c.example", "a.example,,b.example,", false],
  ["http://anything.example", "*", true],
  ["http://10.1.2.3", "a.example,*", true],
  ["http://example.com", "", false],
  // This machine itself, always.
  ["http://localhost:4040", "", true],
  ["http://127.0.0.1:4040", "", true],
  ["http://127.8.8.8", "", true],
  ["http://[::1]:4040", "", true],
  ["http://sub.localhost", "", false],
])("%s with %j", (url, list, isBypassed) => {
  expect(isProxyBypassed(new URL(url), list)).toBe(isBypassed);
});

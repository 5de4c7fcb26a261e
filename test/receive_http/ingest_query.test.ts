import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseIngestQuery, percentDecode } from "../../src/receive_http/ingest_query.ts";

function nameIn(query: string): string | undefined {
  const { name } = parseIngestQuery(query);
  return name === undefined ? undefined : percentDecode(name);
}

describe("the name", () => {
  test.each([
    ["name=app", "app"],
    ["x=1&name=app%7Ba%3Db%7D&y=2", "app{a=b}"],
    ["name=one&name=two", "one"],
    ["name=a+b%2B", "a b+"],
    ["n%61me=app", "app"],
    ["name=", ""],
    ["name", ""],
    ["name=a=b", "a=b"],
    ["name=k%C3%A4se", "käse"],
    ["name=%FF", "\ufffd"],
    ["name=%zz", undefined],
    ["name=a;b", undefined],
    ["Name=app", undefined],
    ["", undefined],
    ["&&", undefined],
  ])("of %j is %p", (query, name) => {
    expect(nameIn(query)).toBe(name);
  });
});

describe("the rest", () => {
  test.each([
    ["until=2&from=1&name=a", "from=1&until=2"],
    ["b=2&a=1&b=1&a=2", "a=1&a=2&b=2&b=1"],
    ["a&b=&=c&=", "=c&=&a=&b="],
    ["a=%FF%fe&b=%C3%A4", "a=%FF%fe&b=%C3%A4"],
    ["a=x+y&b=%zz&c=1;d=2&e=%4", "a=x+y"],
    ["%7A=1&a=2", "a=2&%7A=1"],
    ["name=a&name=b", ""],
    ["", ""],
  ])("of %j is %j", (query, rest) => {
    expect(parseIngestQuery(query).rest).toBe(rest);
  });
});

test.each([
  ["plain", "plain"],
  ["a+b%20c", "a b c"],
  ["%41%c3%a4", "Aä"],
  ["%C3", "\ufffd"],
  ["ä%FF", "ä\ufffd"],
])("%j decodes to %j", (text, decoded) => {
  expect(percentDecode(text)).toBe(decoded);
});

/** Queries as senders may make them, broken ones among them. */
const query = fc
  .array(
    fc.oneof(
      fc.constantFrom("&", "=", ";", "%", "+", "name", "name=", "a", "%41", "%FF", "%zz", "%4"),
      fc.stringMatching(/^[ -~]{0,3}$/).map((text) => text.replaceAll("#", "")),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

/** Queries as SDKs make them. */
const tidyQuery = fc
  .array(fc.tuple(fc.stringMatching(/^[a-cn]{0,2}$/), fc.stringMatching(/^([a-c+=]|%2[0-9a-fA-F]){0,3}$/)), {
    maxLength: 6,
  })
  .chain((pairs) =>
    fc.shuffledSubarray([...pairs, ["name", "app"] as const], { minLength: pairs.length + 1 }),
  )
  .map((pairs) => pairs.map(([key, value]) => `${key}=${value}`).join("&"));

/** The same, slowly: bytes instead of text, as Go does it. */
function byTheBook(text: string): { names: Buffer[]; rest: Map<string, string[]> } {
  const names: Buffer[] = [];
  const rest = new Map<string, string[]>();
  for (const pair of text.split("&")) {
    if (pair === "" || pair.includes(";")) continue;
    const [key = "", ...values] = pair.split("=");
    const decoded = [unescaped(key), unescaped(values.join("="))] as const;
    if (decoded[0] === undefined || decoded[1] === undefined) continue;
    const name = decoded[0].toString("latin1");
    if (name === "name") names.push(decoded[1]);
    else rest.set(name, [...(rest.get(name) ?? []), decoded[1].toString("latin1")]);
  }
  return { names, rest };
}

function unescaped(text: string): Buffer | undefined {
  const bytes: number[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const hex = /^%([0-9a-fA-F]{2})/.exec(text.slice(index, index + 3));
    if (text[index] === "%" && hex === null) return undefined;
    if (hex !== null) index += 2;
    bytes.push(hex === null ? text.charCodeAt(index) : Number.parseInt(hex[1] ?? "", 16));
    if (text[index] === "+" && hex === null) bytes[bytes.length - 1] = 0x20;
  }
  return Buffer.from(bytes);
}

test("any query says what Go would read in it, byte for byte", () => {
  fc.assert(
    fc.property(fc.oneof(query, tidyQuery), (text) => {
      const { rest } = parseIngestQuery(text);
      const wanted = byTheBook(text);
      expect(nameIn(text)).toBe(wanted.names[0]?.toString("utf8"));
      const actual = byTheBook(rest);
      expect(actual).toEqual({ names: [], rest: wanted.rest });
      const keys = [...actual.rest.keys()];
      expect(keys).toEqual(keys.toSorted());
    }),
    { numRuns: 500 },
  );
});

test("a query of thousands of pairs in the worst order costs little", () => {
  const keys = Array.from({ length: 20_000 }, (_, index) => `k${String(20_000 - index).padStart(5, "0")}`);
  const startedAt = performance.now();
  const { name, rest } = parseIngestQuery(`name=app&${keys.map((key) => `${key}=`).join("&")}`);
  expect(performance.now() - startedAt).toBeLessThan(500);
  expect([name, rest]).toEqual([
    "app",
    keys
      .toReversed()
      .map((key) => `${key}=`)
      .join("&"),
  ]);
});

test("what is left of a query stays as it is when it is read again", () => {
  fc.assert(
    fc.property(query, (text) => {
      const { rest } = parseIngestQuery(text);
      expect(parseIngestQuery(rest)).toEqual({ name: undefined, rest });
    }),
  );
});

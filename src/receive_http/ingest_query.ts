/** The query of an /ingest request. */
export interface IngestQuery {
  /** The first `name`, still percent-encoded; undefined where there is none. */
  readonly name: string | undefined;
  /** All other parameters, sorted by key, values of one key in their order; still percent-encoded. */
  readonly rest: string;
}

/**
 * Reads a query as Go's `url.ParseQuery` does when errors are ignored: a pair with a semicolon or a broken
 * escape is left out. Values stay encoded as they came, so that bytes which are no UTF-8 survive.
 *
 * @param query what follows the question mark.
 */
export function parseIngestQuery(query: string): IngestQuery {
  return readTidyQuery(query) ?? readAnyQuery(query);
}

const ampersand = 0x26;
const equalsSign = 0x3d;
const percent = 0x25;
const plus = 0x2b;
const semicolon = 0x3b;

/** SDKs write about eight pairs; so few are sorted quickest in place, and as many as a sender likes are not. */
const mostTidyPairs = 32;

/**
 * Reads a query as SDKs write it: few, whole pairs, keys without escapes, one `name`. One look at each character and one
 * piece of text for each pair, instead of five: 0.4 µs of CPU instead of 1.4.
 *
 * @returns undefined where it is not like that.
 */
function readTidyQuery(query: string): IngestQuery | undefined {
  const { length } = query;
  let name: string | undefined;
  const pairs = new SortedPairs(query);
  for (let start = 0; start < length; ) {
    const equals = endOfKey(query, start);
    const end = equals < 0 ? -1 : endOfValue(query, equals + 1);
    if (end < 0) return undefined;
    if (!isName(query, start, equals)) pairs.add(start, end);
    else if (name === undefined) name = query.slice(equals + 1, end);
    else return undefined;
    start = end + 1;
    // A closing ampersand is an empty pair.
    if (start === length || pairs.count > mostTidyPairs) return undefined;
  }
  return name === undefined ? undefined : { name, rest: pairs.text() };
}

/** Pairs of a query without escapes in their keys, sorted by key, those of one key in their order. */
class SortedPairs {
  readonly #query: string;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor(query: string) {
    this.#query = query;
  }

  get count(): number {
    return this.#starts.length;
  }

  add(start: number, end: number): void {
    const starts = this.#starts;
    const ends = this.#ends;
    let at = starts.length;
    for (; at > 0; at -= 1) {
      const before = starts[at - 1] ?? 0;
      if (!this.#isAfter(before, start)) break;
      starts[at] = before;
      ends[at] = ends[at - 1] ?? 0;
    }
    starts[at] = start;
    ends[at] = end;
  }

  text(): string {
    let text = "";
    for (let index = 0; index < this.#starts.length; index += 1) {
      const pair = this.#query.slice(this.#starts[index], this.#ends[index]);
      text = index === 0 ? pair : `${text}&${pair}`;
    }
    return text;
  }

  /** Whether the key that begins at `one` comes after the one at `other`. */
  #isAfter(one: number, other: number): boolean {
    for (let offset = 0; ; offset += 1) {
      const code = this.#query.charCodeAt(one + offset);
      const otherCode = this.#query.charCodeAt(other + offset);
      // A key that ends is before all that go on.
      if (otherCode === equalsSign) return code !== equalsSign;
      if (code === equalsSign) return false;
      if (code !== otherCode) return code > otherCode;
    }
  }
}

function isName(query: string, start: number, end: number): boolean {
  return end - start === "name".length && query.startsWith("name", start);
}

/** Where the equals sign is; -1 where there is none, or something that is not tidy before it. */
function endOfKey(query: string, start: number): number {
  for (let at = start; at < query.length; at += 1) {
    const code = query.charCodeAt(at);
    if (code === equalsSign) return at;
    if (code === ampersand || code === percent || code === plus || code === semicolon) return -1;
  }
  return -1;
}

/** Where the value ends; -1 where it has a semicolon or a broken escape. */
function endOfValue(query: string, start: number): number {
  for (let at = start; at < query.length; at += 1) {
    const code = query.charCodeAt(at);
    if (code === ampersand) return at;
    if (code === semicolon) return -1;
    if (code === percent && !(isHexDigit(query.charCodeAt(at + 1)) && isHexDigit(query.charCodeAt(at + 2))))
      return -1;
  }
  return query.length;
}

function isHexDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}

function readAnyQuery(query: string): IngestQuery {
  let name: string | undefined;
  const rest: { key: string; pair: string }[] = [];
  for (const pair of query.split("&")) {
    if (pair === "" || pair.includes(";") || hasBrokenEscape(pair)) continue;
    const equals = pair.indexOf("=");
    const key = percentDecode(equals < 0 ? pair : pair.slice(0, equals));
    if (key === "name") name ??= equals < 0 ? "" : pair.slice(equals + 1);
    else rest.push({ key, pair: equals < 0 ? `${pair}=` : pair });
  }
  rest.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  return { name, rest: rest.map(({ pair }) => pair).join("&") };
}

function hasBrokenEscape(text: string): boolean {
  return text.includes("%") && /%(?![0-9a-fA-F]{2})/.test(text);
}

/** Decodes `%41` and `+`; bytes that are no UTF-8 become U+FFFD. Every `%` must begin a whole escape. */
export function percentDecode(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    const bytes = spaced.replaceAll(/%([0-9a-fA-F]{2})|./gsu, (unit, hex: string | undefined) =>
      hex === undefined ? latin1(unit) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
    return new TextDecoder().decode(Buffer.from(bytes, "latin1"));
  }
}

// The UTF-8 bytes of a character, one code unit each.
function latin1(character: string): string {
  return Buffer.from(character, "utf8").toString("latin1");
}

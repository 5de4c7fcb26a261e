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

/**
 * Reads a query as SDKs write it: whole pairs, keys without escapes, one `name`. One look at each character and two
 * pieces of text for each pair, instead of five: 0.5 µs of CPU instead of 1.4.
 *
 * @returns undefined where it is not like that.
 */
function readTidyQuery(query: string): IngestQuery | undefined {
  const { length } = query;
  let name: string | undefined;
  const keys: string[] = [];
  const pairs: string[] = [];
  for (let start = 0; start < length; ) {
    const equals = endOfKey(query, start);
    const end = equals < 0 ? -1 : endOfValue(query, equals + 1);
    if (end < 0) return undefined;
    const key = query.slice(start, equals);
    if (key !== "name") insert(keys, pairs, key, query.slice(start, end));
    else if (name === undefined) name = query.slice(equals + 1, end);
    else return undefined;
    start = end + 1;
    // A closing ampersand is an empty pair.
    if (start === length) return undefined;
  }
  if (name === undefined) return undefined;
  let rest = pairs[0] ?? "";
  for (let index = 1; index < pairs.length; index += 1) rest += `&${pairs[index]}`;
  return { name, rest };
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

/** Keeps the pairs sorted by key, those of one key in their order. */
function insert(keys: string[], pairs: string[], key: string, pair: string): void {
  let at = keys.length;
  for (; at > 0; at -= 1) {
    const before = keys[at - 1] ?? "";
    if (!isAfter(before, key)) break;
    keys[at] = before;
    pairs[at] = pairs[at - 1] ?? "";
  }
  keys[at] = key;
  pairs[at] = pair;
}

// Most keys differ in their first letter already.
function isAfter(one: string, other: string): boolean {
  const difference = one.charCodeAt(0) - other.charCodeAt(0);
  return difference === 0 || Number.isNaN(difference) ? one > other : difference > 0;
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

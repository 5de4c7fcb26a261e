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

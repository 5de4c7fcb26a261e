import { formatDuration } from "../base/duration.ts";
import { metadataOf, type SchemaShape, unwrap } from "./schema_shape.ts";
import { holdsSecret } from "./secret_keys.ts";
import { suggest } from "./suggest.ts";

/** A value that is not what the schema asks for. */
export interface WrongValue {
  /** The last key on the way to it. */
  readonly key: string;
  readonly schema: SchemaShape;
  readonly value: unknown;
  /** All receivers of the configuration, such as `pyroscope.write.default.receiver`. */
  readonly receivers: readonly string[];
}

/** What to write instead of a value; undefined where there is nothing to say. Never shows a secret. */
export function fixOfValue(wrong: WrongValue): string | undefined {
  const { schema, value } = wrong;
  const shape = unwrap(schema);
  const metadata = metadataOf(schema);
  if (holdsSecret(schema)) return secretFix(schema, value);
  if (metadata.typeName === "duration") return durationFix(value);
  if (shape.entries !== undefined || metadata.isBlockList) return blockFix(wrong);
  if (shape.item !== undefined) return listFix(wrong);
  if (shape.value !== undefined) return "write a name and a value for each entry, below it and indented";
  return scalarFixes[shape.type]?.(wrong);
}

function secretFix(schema: SchemaShape, value: unknown): string {
  if (value === null) return "write it after the colon, or leave the key out";
  if (metadataOf(schema).isSecret) return "put it in quotes";
  return unwrap(schema).item === undefined
    ? "write a name and a value for each entry, below it and indented"
    : "write it as a list, in brackets: [ … ]";
}

const scalarFixes: Readonly<Record<string, (wrong: WrongValue) => string | undefined>> = {
  union: ({ value }) => sizeFix(value),
  number: numberFix,
  boolean: ({ value }) => flagFix(value),
  picklist: wordFix,
  string: textFix,
};

const unitWords: ReadonlyMap<string, string> = new Map(
  Object.entries({
    milliseconds: "ms",
    millisecond: "ms",
    seconds: "s",
    second: "s",
    secs: "s",
    sec: "s",
    minutes: "m",
    minute: "m",
    mins: "m",
    min: "m",
    hours: "h",
    hour: "h",
    hrs: "h",
  }),
);

function durationFix(value: unknown): string {
  const text = String(value).trim();
  if (/^\d+$/.test(text)) return `write the unit too: ${text}s for seconds, ${text}m for minutes`;
  const [, amount = "", unit = ""] = /^(\d+)\s*([a-z]+)$/i.exec(text) ?? [];
  if (/^(?:d|days?|w|weeks?)$/i.test(unit)) {
    const hours = Number(amount) * (/^d/i.test(unit) ? 24 : 168);
    return `write ${hours}h: an hour is the longest unit there is`;
  }
  const short = unitWords.get(unit.toLowerCase()) ?? (/^(?:ms|s|m|h)$/.test(unit) ? unit : undefined);
  if (short !== undefined && amount !== "0") return `write ${amount}${short}`;
  return `write a number and a unit, such as 500ms, ${formatDuration(30_000)} or 1h30m`;
}

function sizeFix(value: unknown): string {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt])i?$/i.exec(String(value).trim()) ?? [];
  if (amount === undefined || unit === undefined)
    return "write a number of bytes, or a number with one of KB, MB, GB, KiB, MiB and GiB";
  const letter = unit.toUpperCase();
  return `write ${amount}${letter}iB (by 1024) or ${amount}${letter}B (by 1000)`;
}

function numberFix({ key, value }: WrongValue): string {
  if (typeof value === "string" && /^\d+$/.test(value.trim())) {
    return `take the quotes away: ${key}: ${Number(value)}`;
  }
  if (/port$/.test(key)) return "choose a port that nothing else listens on, such as 4040";
  return "write a whole number within these bounds, without quotes";
}

function flagFix(value: unknown): string {
  const text = String(value).trim().toLowerCase();
  if (/^(?:y|yes|on|1|true|enabled?)$/.test(text)) return "write true, without quotes";
  if (/^(?:n|no|off|0|false|disabled?)$/.test(text)) return "write false, without quotes";
  return "write true or false, without quotes";
}

/** Words that people write, and what they may mean. */
const meant: Readonly<Record<string, string>> = {
  remove: "write labeldrop to take a label away, or drop to leave out whole profiles",
  delete: "write labeldrop to take a label away, or drop to leave out whole profiles",
  exclude: "write drop to leave out profiles that match",
  include: "write keep to leave out profiles that do not match",
  set: "write replace, which sets target_label to replacement",
  rename: "write labelmap, which copies labels to new names, and labeldrop for the old ones",
};

function wordFix({ schema, value }: WrongValue): string {
  const text = String(value);
  const known = Object.hasOwn(meant, text) ? meant[text] : undefined;
  if (known !== undefined) return known;
  const near = suggest(text, unwrap(schema).options ?? []);
  return near === undefined ? "write one of these words" : `write ${near}`;
}

function textFix(wrong: WrongValue): string | undefined {
  const { key, value, receivers } = wrong;
  if (value === undefined || value === null) return "write a value after the colon, or leave the key out";
  if (typeof value !== "string") return `put it in quotes: ${key}: "…"`;
  if (/url$/.test(key)) return urlFix(value);
  return value === "" ? "write it, or leave the key out" : receiverFix(value, receivers);
}

function urlFix(value: string): string | undefined {
  const scheme = /^([a-z][\w+.-]*):\/\//i.exec(value)?.[1];
  if (scheme !== undefined && !/^https?$/i.test(scheme))
    return `write http:// or https:// in place of ${scheme}://`;
  if (!URL.canParse(value) || scheme === undefined) {
    return /^[\w.-]+(?::\d+)?(?:\/[\w./-]*)?$/.test(value)
      ? `write http://${value}, or https://${value} where it speaks TLS`
      : "write the whole URL, such as http://pyroscope:4040";
  }
  const url = new URL(value);
  if (url.username !== "" || url.password !== "") {
    return "take them out of the URL and write basic_auth: { username: …, password_file: … } beside it";
  }
  const base = `${url.origin}${url.pathname.replace(/\/(?:ingest|push\.v1\.PusherService\/Push)?\/?$/, "")}`;
  return `write ${base}: the path and the query of each request are added to it`;
}

function receiverFix(value: string, receivers: readonly string[]): string | undefined {
  if (receivers.includes(`${value}.receiver`)) return `write ${value}.receiver`;
  if (/^[a-z_]+\.[a-z_]+\..*[^\w.].*\.receiver$/.test(value)) {
    return "rename the label, and write its new name here: it may hold letters, digits and _ only";
  }
  const near = receivers.find((one) => one.split(".").includes(value)) ?? suggest(value, receivers);
  return near === undefined ? undefined : `write ${near}`;
}

function listFix({ key, value, receivers }: WrongValue): string | undefined {
  if (Array.isArray(value)) {
    if (key !== "forward_to") return undefined;
    return `write ${receivers[0] ?? "pyroscope.write.default.receiver"} between the brackets`;
  }
  if (isScalar(value)) return `write it as a list: ${key}: [${String(value)}]`;
  return "begin each item with a dash and a space";
}

function blockFix({ key, schema, value }: WrongValue): string | undefined {
  const shape = unwrap(schema);
  const entries = Object.keys((shape.item === undefined ? shape : unwrap(shape.item)).entries ?? {});
  if (Array.isArray(value)) {
    if (value.length === 0) return `write at least one ${key}, or leave it out`;
    return value.length === 1
      ? `take the dash away: ${key} is one mapping, and no list`
      : `write one mapping: ${key} can't be repeated`;
  }
  if (typeof value !== "string")
    return `write its arguments below ${key}, indented: ${entries.slice(0, 3).join(", ")}, …`;
  const [, argument, rest] = /^([\w-]+)\s*(?::|=|\s)\s*(\S.*)$/.exec(value) ?? [];
  if (argument !== undefined && entries.includes(argument)) {
    return `write a colon and a space after ${argument}: ${argument}: ${rest}`;
  }
  if (/^https?:[^@]*$/.test(value) && entries.includes("url")) return `write ${key}: { url: "${value}" }`;
  return `write its arguments below ${key}, indented: ${entries.slice(0, 3).join(", ")}, …`;
}

function isScalar(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

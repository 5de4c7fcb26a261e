import { toLower, toUpper } from "../base/letter_case.ts";
import { coalesce } from "./coalesce.ts";
import { decodeJson, encodeJson, fromBase64, queryEscape, queryUnescape } from "./encoding_functions.ts";
import { formatText } from "./format_verbs.ts";
import type { Span } from "./syntax_tree.ts";
import {
  describe,
  joinParts,
  knownText,
  maxTextLength,
  type TextParts,
  TextTooLong,
  Untranslatable,
  type Value,
  wholeText,
} from "./value.ts";

/** What Go takes for white space, at either end. */
const space = /^[\t-\r \x85\p{Z}]+|[\t-\r \x85\p{Z}]+$/gu;

/** A call's arguments, and where it stands. */
export interface CallSite {
  readonly name: string;
  readonly args: readonly Value[];
  readonly span: Span;
}

type Library = Readonly<Record<string, (call: CallSite) => Value>>;

const text = (change: (...texts: string[]) => string | undefined, count: number) => (call: CallSite) => {
  const texts = knownTexts(call, count);
  const result = change(...texts);
  if (result === undefined) throw new Untranslatable(call.span, `${call.name} can't read what it is given`);
  return knownText(result);
};

/** The functions of a namespace, and the older names without it (https://grafana.com/docs/alloy/latest/reference/stdlib/). */
const strings: Library = {
  format: (call) => {
    const formatted = formatText(wholeTextAt(call, 0), call.args.slice(1));
    if (!formatted.ok) throw new Untranslatable(call.span, `${call.name}: ${formatted.problem}`);
    return { type: "text", parts: formatted.parts };
  },
  join: (call) => {
    const [list] = call.args;
    if (list?.type !== "array") throw wrongArgument(call, 0, "an array");
    const separator = partsAt(call, 1);
    const pieces = list.items.flatMap((item, index) => {
      if (item.type !== "text") throw wrongArgument(call, 0, "an array of strings");
      return index === 0 ? [item.parts] : [separator, item.parts];
    });
    return { type: "text", parts: joinParts(pieces) };
  },
  replace: text((whole = "", from = "", to = "") => {
    const count = from === "" ? whole.length + 1 : whole.split(from).length - 1;
    if (whole.length + count * to.length > maxTextLength) throw new TextTooLong();
    // An empty text to replace stands before each character, in JavaScript of each half of a surrogate pair.
    return from === "" ? to + [...whole].map((one) => one + to).join("") : whole.replaceAll(from, () => to);
  }, 3),
  split: (call) => {
    const [whole = "", separator = ""] = knownTexts(call, 2);
    const pieces = separator === "" ? [...whole] : whole.split(separator);
    return { type: "array", items: pieces.map(knownText) };
  },
  to_lower: text((whole = "") => toLower(whole), 1),
  to_upper: text((whole = "") => toUpper(whole), 1),
  trim: text((whole = "", characters = "") => {
    const cut = new Set(characters);
    const all = [...whole];
    const from = all.findIndex((one) => !cut.has(one));
    return from < 0 ? "" : all.slice(from, all.findLastIndex((one) => !cut.has(one)) + 1).join("");
  }, 2),
  trim_prefix: text((whole = "", prefix = "") => {
    return whole.startsWith(prefix) ? whole.slice(prefix.length) : whole;
  }, 2),
  trim_suffix: text((whole = "", suffix = "") => {
    return suffix !== "" && whole.endsWith(suffix) ? whole.slice(0, -suffix.length) : whole;
  }, 2),
  trim_space: (call) => {
    // What is in a file is trimmed wherever pyroduct reads a secret from one.
    if (call.args[0]?.type === "file") return call.args[0];
    return knownText((knownTexts(call, 1)[0] ?? "").replaceAll(space, ""));
  },
};

const env = (call: CallSite): Value => {
  const [name = ""] = knownTexts(call, 1);
  if (/^[A-Za-z_]\w*$/.test(name)) return { type: "text", parts: [{ variable: name, fallback: undefined }] };
  const message = `${JSON.stringify(name)} is no name that \${…} can have`;
  throw new Untranslatable(
    call.span,
    message,
    "use a name of letters, digits and _ that begins with no digit",
  );
};

const concat = (call: CallSite): Value => {
  const items = call.args.flatMap((array, index) => {
    if (array.type !== "array") throw wrongArgument(call, index, "an array");
    return array.items;
  });
  return { type: "array", items };
};

const nonsensitive = (call: CallSite): Value => {
  const [secret] = call.args;
  if (secret === undefined || call.args.length > 1) throw wrongCount(call, 1);
  return secret;
};

const encoding: Library = {
  from_json: (call) => {
    const decoded = decodeJson(knownTexts(call, 1)[0] ?? "");
    if (decoded === undefined) throw wrongArgument(call, 0, "JSON");
    return decoded;
  },
  to_json: (call) => {
    const [object] = call.args;
    const encoded = object?.type === "object" ? encodeJson(object) : undefined;
    if (encoded === undefined) throw wrongArgument(call, 0, "an object that is known now");
    return knownText(encoded);
  },
  from_base64: text((encoded = "") => fromBase64(encoded, "base64"), 1),
  from_URLbase64: text((encoded = "") => fromBase64(encoded, "base64url"), 1),
  to_base64: text((plain = "") => Buffer.from(plain).toString("base64"), 1),
  to_URLbase64: text((plain = "") => {
    return Buffer.from(plain).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
  }, 1),
  url_encode: text((plain = "") => queryEscape(plain), 1),
  url_decode: text((encoded = "") => queryUnescape(encoded), 1),
};

/** Every function that can be worked out before pyroduct runs, by its name. */
export const standardLibrary: ReadonlyMap<string, (call: CallSite) => Value> = new Map(
  Object.entries({
    ...named("string.", strings),
    ...named("encoding.", encoding),
    ...strings,
    "sys.env": env,
    env,
    coalesce,
    "array.concat": concat,
    concat,
    "convert.nonsensitive": nonsensitive,
    nonsensitive,
    json_decode: encoding["from_json"] as (call: CallSite) => Value,
    base64_decode: encoding["from_base64"] as (call: CallSite) => Value,
  }),
);

/** Functions that Alloy has and that have no counterpart. */
export const unsupportedFunctions: ReadonlySet<string> = new Set([
  ...["json_path", "yaml_decode", "encoding.from_yaml"],
  ...["array.combine_maps", "array.group_by", "file.path_join"],
]);

function named(prefix: string, library: Library): Library {
  return Object.fromEntries(Object.entries(library).map(([name, call]) => [prefix + name, call]));
}

function partsAt(call: CallSite, index: number): TextParts {
  const value = call.args[index];
  if (value?.type === "text") return value.parts;
  throw wrongArgument(call, index, "a string");
}

function wholeTextAt(call: CallSite, index: number): string {
  const whole = wholeText(partsAt(call, index));
  if (whole !== undefined) return whole;
  throw new Untranslatable(
    call.span,
    `${call.name} can't be worked out before the environment is known`,
    "put what comes of it into the environment variable",
  );
}

function knownTexts(call: CallSite, count: number): string[] {
  if (call.args.length !== count) throw wrongCount(call, count);
  return call.args.map((_, index) => wholeTextAt(call, index));
}

function wrongCount({ name, span }: CallSite, count: number): Untranslatable {
  return new Untranslatable(span, `${name} takes ${count === 1 ? "one argument" : `${count} arguments`}`);
}

function wrongArgument({ name, args, span }: CallSite, index: number, wanted: string): Untranslatable {
  const given = args[index];
  const found = given === undefined ? "nothing" : describe(given);
  return new Untranslatable(span, `${name}: argument ${index + 1} should be ${wanted}, and is ${found}`);
}

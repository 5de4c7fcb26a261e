import { type Value, wholeText } from "./value.ts";

/** Reads JSON as Go does into `any`: every number is a float. Undefined where it is none. */
export function decodeJson(text: string): Value | undefined {
  try {
    return decoded(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function decoded(plain: unknown): Value {
  if (typeof plain === "string") return { type: "text", parts: [plain] };
  if (typeof plain === "number") return { type: "float", value: plain };
  if (typeof plain === "boolean") return { type: "bool", value: plain };
  if (Array.isArray(plain)) return { type: "array", items: plain.map(decoded) };
  if (plain === null || typeof plain !== "object") return { type: "null" };
  return {
    type: "object",
    entries: new Map(Object.entries(plain).map(([name, one]) => [name, decoded(one)])),
  };
}

/** Writes JSON as Go's `json.Marshal` does. Undefined where a part of it is not known now. */
export function encodeJson(value: Value): string | undefined {
  switch (value.type) {
    case "null":
      return "null";
    case "bool":
      return String(value.value);
    case "integer":
      return value.value.toString();
    case "float":
      // Elsewhere Go's exponents look different.
      return value.value === 0 || (Math.abs(value.value) >= 1e-6 && Math.abs(value.value) < 1e21)
        ? String(value.value)
        : undefined;
    case "text": {
      const text = wholeText(value.parts);
      return text === undefined ? undefined : quote(text);
    }
    case "array":
      return bracketed("[", value.items.map(encodeJson), "]");
    case "object": {
      const names = [...value.entries.keys()].sort(byBytes);
      const fields = names.map((name) => {
        const encoded = encodeJson(value.entries.get(name) ?? { type: "null" });
        return encoded === undefined ? undefined : `${quote(name)}:${encoded}`;
      });
      return bracketed("{", fields, "}");
    }
    default:
      return undefined;
  }
}

function bracketed(open: string, parts: readonly (string | undefined)[], close: string): string | undefined {
  return parts.includes(undefined) ? undefined : `${open}${parts.join(",")}${close}`;
}

// Go keeps JSON safe for HTML.
function quote(text: string): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(text).replaceAll(/[<>&\u2028\u2029]/g, escaped);
}

function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** Undefined where it is no base64 with its padding, or not of UTF-8. */
export function fromBase64(encoded: string, alphabet: "base64" | "base64url"): string | undefined {
  const text = encoded.replaceAll(/[\r\n]/g, "");
  const pattern = alphabet === "base64" ? /^[A-Za-z0-9+/]*={0,2}$/ : /^[A-Za-z0-9_-]*={0,2}$/;
  if (text.length % 4 !== 0 || !pattern.test(text)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, alphabet));
  } catch {
    return undefined;
  }
}

/** Go's `url.QueryEscape`. */
export function queryEscape(text: string): string {
  const escaped = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text.toWellFormed())
    .replaceAll(/[!'()*]/g, escaped)
    .replaceAll("%20", "+");
}

/** Go's `url.QueryUnescape`; undefined where it can't be read. */
export function queryUnescape(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

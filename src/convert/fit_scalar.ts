import { type GenericSchema, safeParse } from "valibot";
import { Scalar } from "yaml";
import { type ConfigPath, formatPath } from "../config/problem.ts";
import { metadataOf, type SchemaShape, unwrap } from "../config/schema_shape.ts";
import type { Conversion } from "./conversion.ts";
import { describe, numberText, type TextParts, type Value, wholeText } from "./value.ts";
import { looksLikeVariable, writeText } from "./written_text.ts";

/** Where a value goes: what is wanted there, and the path to it. */
export interface Place {
  readonly schema: SchemaShape;
  readonly path: ConfigPath;
  readonly conversion: Conversion;
}

type Wanted = "a receiver" | "a list" | "a mapping" | "a number" | "true or false" | "a string";

/** The node for a value that is neither a list nor a mapping, or why there is none. */
export function fitScalar(value: Value, place: Place): Scalar | string {
  const wanted = wantedBy(place.schema);
  return fitWanted(value, wanted, place) ?? `expected ${wanted}, found ${describe(value)}`;
}

function fitWanted(value: Value, wanted: Wanted, place: Place): Scalar | string | undefined {
  if (wanted === "a list" || wanted === "a mapping") return undefined;
  switch (value.type) {
    case "receiver":
      return wanted === "a receiver" ? new Scalar(`${value.component}.receiver`) : undefined;
    case "file":
      return "what a local.file holds can be turned only where an argument for a file stands beside this one";
    case "text":
      return wanted === "a receiver" ? undefined : fitText(value.parts, wanted, place);
    case "integer":
    case "float":
      return fitNumber(value.value, wanted);
    case "bool":
      return wanted === "true or false" ? new Scalar(value.value) : undefined;
    default:
      return undefined;
  }
}

function fitNumber(value: bigint | number, wanted: Wanted): Scalar | string | undefined {
  if (wanted === "a string") return new Scalar(numberText(value));
  if (wanted !== "a number") return undefined;
  const number = Number(value);
  const isLost = Number.isInteger(number) && !Number.isSafeInteger(number);
  return isLost ? "the number is too large" : new Scalar(number);
}

function wantedBy(schema: SchemaShape): Wanted {
  const { type, item, value } = unwrap(schema);
  if (metadataOf(schema).isReceiver) return "a receiver";
  if (item !== undefined) return "a list";
  if (value !== undefined) return "a mapping";
  if (type === "number" || type === "union") return "a number";
  return type === "boolean" ? "true or false" : "a string";
}

function fitText(parts: TextParts, wanted: Wanted, place: Place): Scalar | string | undefined {
  const whole = wholeText(parts);
  if (whole !== undefined && wanted === "a number") {
    const isNumber = /^(?:-?\d+|\d*\.?\d+(?:[eE][-+]?\d+)?)$/.test(whole);
    return isNumber ? new Scalar(Number(whole)) : undefined;
  }
  if (whole !== undefined && wanted === "true or false") return undefined;
  if (!metadataOf(place.schema).isLiteral) return fitExpanded(parts, place);
  if (whole !== undefined) return new Scalar(whole);
  return "pyroduct reads no environment variables in regex, replacement and target_label";
}

function fitExpanded(parts: TextParts, { schema, path, conversion }: Place): Scalar | string {
  const written = writeText(parts);
  if (!written.ok) return `this can't be turned: ${written.problem}`;
  if (looksLikeVariable(parts)) conversion.noteEscape(path);
  for (const part of parts) {
    if (typeof part === "string" || part.fallback !== undefined) continue;
    const sample = conversion.variables.get(part.variable) ?? sampleFor(part.variable, parts, schema);
    conversion.variables.set(part.variable, sample);
    conversion.variablePaths.add(formatPath(path));
  }
  return new Scalar(written.text);
}

/** Values that some argument takes; one that fits stands in for a variable when the result is checked. */
const samples = [
  "sample",
  "1",
  "true",
  "1s",
  "http://sample",
  "replace",
  "NoClientCert",
  "TLS12",
  "VersionTLS12",
];

function sampleFor(variable: string, parts: TextParts, schema: SchemaShape): string | undefined {
  const { type } = unwrap(schema);
  return samples.find((sample) => {
    const text = parts
      .map((part) => {
        if (typeof part === "string") return part;
        return part.variable === variable ? sample : (part.fallback ?? "1");
      })
      .join("");
    const typed = type === "number" ? Number(text) : type === "boolean" ? text === "true" || text : text;
    return isAccepted(schema, typed);
  });
}

/** Whether the schema takes this value as it is. */
export function isAccepted(schema: SchemaShape, value: unknown): boolean {
  return safeParse(schema as unknown as GenericSchema, value).success;
}

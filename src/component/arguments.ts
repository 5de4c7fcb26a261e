import * as v from "valibot";
import { parseByteSize } from "../base/byte_size.ts";
import { formatDuration, parseDuration } from "../base/duration.ts";
import { Secret } from "../base/secret.ts";

/**
 * The words that component schemas are written in. Every one gives its own message, since a library's
 * default would print the value received, and that may be a secret.
 */

/** What `v.metadata` may say of an argument. */
export interface ArgumentMetadata {
  /** The value is a secret: never shown. */
  readonly isSecret?: true;
  /** A single mapping may stand for a list of one, as a block does in Alloy. */
  readonly isBlockList?: true;
  /** `${NAME}` is left alone here. */
  readonly isLiteral?: true;
  /** It is accepted so that a configuration can move over, and has no meaning. */
  readonly isIgnored?: true;
  /** The value names a receiver, as `pyroscope.write.default.receiver`. */
  readonly isReceiver?: true;
  /** What the value is called in the reference, where the schema's own type would not tell. */
  readonly typeName?: string;
}

/** A mapping with exactly these keys. */
export function block<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject(entries, "expected a mapping");
}

/** A mapping of names to values of one kind. */
export function mapping<Value extends v.GenericSchema>(value: Value) {
  return v.record(v.string(), value, "expected a mapping");
}

/** A list. */
export function list<Item extends v.GenericSchema>(item: Item) {
  return v.array(item, "expected a list");
}

/** A list of mappings; a single mapping counts as a list of one. */
export function blockList<Item extends v.GenericSchema>(item: Item) {
  const metadata: ArgumentMetadata = { isBlockList: true };
  return v.pipe(v.array(item, "expected a mapping, or a list of mappings"), v.metadata({ ...metadata }));
}

/** Any text. */
export function text() {
  return v.string("expected a string: put it in quotes");
}

/** Text in which `${NAME}` is not expanded. */
export function literalText() {
  const metadata: ArgumentMetadata = { isLiteral: true };
  return v.pipe(text(), v.metadata({ ...metadata }));
}

/** Text that must not be empty. */
export function filledText() {
  return v.pipe(text(), v.minLength(1, "must not be empty"));
}

/** Text that is never shown. */
export function secretText() {
  const metadata: ArgumentMetadata = { isSecret: true };
  return v.pipe(
    text(),
    v.transform((value) => new Secret(value)),
    v.metadata({ ...metadata }),
  );
}

/** `true` or `false`. */
export function flag() {
  return v.boolean("expected true or false");
}

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const expected = `expected a whole number ${range}`;
  return v.pipe(
    v.number(expected),
    v.integer(expected),
    v.minValue(min, expected),
    v.maxValue(max, expected),
  );
}

/** One of these words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return v.picklist(words, `expected one of ${words.join(", ")}`);
}

/** Go's durations (`1m30s`); becomes milliseconds. */
export function duration(minMs = 0) {
  const expected =
    minMs > 0
      ? `expected a duration of at least ${formatDuration(minMs)}, such as 10s`
      : "expected a duration such as 500ms, 10s or 1m30s";
  return v.pipe(
    v.string(expected),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const ms = parseDuration(dataset.value);
      if (ms !== undefined && ms >= minMs) return ms;
      addIssue({ message: expected });
      return NEVER;
    }),
    v.metadata({ typeName: "duration" } satisfies ArgumentMetadata),
  );
}

/** A size (`64MiB`) or a number of bytes; becomes bytes. */
export function byteSize(minBytes = 0) {
  const expected = `expected a size such as 64MiB, or a number of bytes${minBytes > 0 ? `, at least ${minBytes}` : ""}`;
  return v.pipe(
    v.union([v.number(), v.string()], expected),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const bytes = typeof dataset.value === "number" ? dataset.value : parseByteSize(dataset.value);
      if (bytes !== undefined && Number.isSafeInteger(bytes) && bytes >= minBytes) return bytes;
      addIssue({ message: expected });
      return NEVER;
    }),
  );
}

/** Bytes a second (`2MB/s`), or a number of them; becomes bytes a second. */
export function byteRate(minBytes = 0) {
  const expected = `expected a rate such as 2MB/s, or a number of bytes a second${minBytes > 0 ? `, at least ${minBytes}` : ""}`;
  return v.pipe(
    v.union([v.number(), v.string()], expected),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const { value } = dataset;
      const bytes = typeof value === "number" ? value : parseByteSize(value.replace(/\s*\/\s*s\s*$/, ""));
      if (bytes !== undefined && Number.isSafeInteger(bytes) && bytes >= minBytes) return bytes;
      addIssue({ message: expected });
      return NEVER;
    }),
    v.metadata({ typeName: "rate" } satisfies ArgumentMetadata),
  );
}

/** The receivers that a component hands its profiles to; at least one. */
export function forwardTo() {
  const expected = "expected a receiver such as pyroscope.write.default.receiver";
  const metadata: ArgumentMetadata = { isReceiver: true };
  const reference = v.pipe(
    v.string(expected),
    v.regex(/^[a-z_]+\.[a-z_]+\.\w+\.receiver$/, expected),
    v.metadata({ ...metadata }),
  );
  return v.pipe(
    list(reference),
    v.minLength(1, "must name at least one receiver"),
    v.description("Receivers that every profile goes to, such as pyroscope.write.default.receiver."),
  );
}

/** An argument of Alloy's that has no meaning here. */
export function ignored<Schema extends v.GenericSchema>(schema: Schema) {
  const metadata: ArgumentMetadata = { isIgnored: true };
  return v.pipe(
    schema,
    v.description("Has no meaning here: accepted so that a configuration can move over."),
    v.metadata({ ...metadata }),
  );
}

/** An argument with its one line of documentation. */
export function documented<Schema extends v.GenericSchema>(schema: Schema, description: string) {
  return v.pipe(schema, v.description(description));
}

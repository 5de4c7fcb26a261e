import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { lineAt, type Range } from "./excerpt.ts";
import { type SchemaShape, unwrap } from "./schema_shape.ts";
import { holdsSecret, isSecretName, type SecretKeys } from "./secret_keys.ts";

/** How far up is looked for what a line belongs to; a line deeper in a file than that is hidden whole. */
const longestWalk = 2000;

/** Where secrets stand in a document that could be read, by its schema, and by their names where it knows none. */
export function secretRanges(text: string, document: Document, schema: SchemaShape): Range[] {
  const search = new SecretSearch(text, document);
  search.walk(document.contents, { shape: schema, key: "", isHeader: false, from: 0 });
  return search.ranges;
}

/** Where a value stands, as far as it matters. */
interface Place {
  readonly shape: SchemaShape | undefined;
  readonly key: string;
  /** Whether it is the value of an entry of `headers`. */
  readonly isHeader: boolean;
  /** Where what stands before it ends: text that begins with & or ! is an anchor or a tag to YAML, and no value. */
  readonly from: number;
}

class SecretSearch {
  readonly ranges: Range[] = [];
  readonly #text: string;
  readonly #document: Document;
  readonly #seen = new Map<Node, Set<SchemaShape | undefined>>();

  constructor(text: string, document: Document) {
    this.#text = text;
    this.#document = document;
  }

  walk(node: unknown, place: Place): void {
    const found = isAlias(node) ? node.resolve(this.#document) : node;
    if (!isMap(found) && !isSeq(found) && !isScalar(found)) return;
    if (isSecretPlace(found, place)) {
      const [start, end] = found.range ?? [0, 0];
      if (isReference(found)) return;
      this.ranges.push({ start, end });
      const between = isAlias(node) ? undefined : this.#text.slice(place.from, start);
      const marks = between?.search(/[^\s:,?"'[{-]/) ?? -1;
      if (marks >= 0) this.ranges.push({ start: place.from + marks, end: start });
    } else if (!isScalar(found) && this.#isNew(found, place.shape)) this.#walkInto(found, place);
  }

  #walkInto(node: YAMLMap | YAMLSeq, place: Place): void {
    if (isSeq(node)) this.#walkList(node, place);
    else this.#walkMapping(node, place);
  }

  #walkList(node: YAMLSeq, { shape, key, isHeader }: Place): void {
    let from = node.range?.[0] ?? 0;
    for (const item of node.items) {
      this.walk(item, { shape: shape && unwrap(shape).item, key, isHeader, from });
      from = endOf(item) ?? from;
    }
  }

  #walkMapping(node: YAMLMap, { shape, key }: Place): void {
    const inner = shape && unwrap(shape);
    // A block that may be repeated is written as a mapping where there is only one.
    const block = inner?.item === undefined ? inner : unwrap(inner.item);
    let from = node.range?.[0] ?? 0;
    for (const pair of node.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : "";
      // What is merged in stands for this mapping's own.
      const value = name === "<<" ? inner : entryOf(block, name);
      from = endOf(pair.key) ?? from;
      this.walk(pair.value, { shape: value, key: name, isHeader: key === "headers", from });
      from = endOf(pair.value) ?? from;
    }
  }

  // Aliases can make a small file endless.
  #isNew(node: Node, shape: SchemaShape | undefined): boolean {
    const before = this.#seen.get(node) ?? new Set();
    if (before.has(shape)) return false;
    this.#seen.set(node, before.add(shape));
    return true;
  }
}

function entryOf(block: SchemaShape | undefined, name: string): SchemaShape | undefined {
  if (block?.entries === undefined) return block?.value;
  return Object.hasOwn(block.entries, name) ? block.entries[name] : undefined;
}

function endOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[1] : undefined;
}

function isSecretPlace(node: Node, { shape, key, isHeader }: Place): boolean {
  if (shape === undefined || isHeader) return isScalar(node) && isSecretName(key);
  if (holdsSecret(shape)) return true;
  const { entries } = unwrap(shape);
  // `basic_auth: hunter2` has no place in the schema.
  return isScalar(node) && entries !== undefined && isSecretName(key);
}

// The name of a variable is no secret, and where it is not set its name is what counts.
function isReference(node: Node): boolean {
  return isScalar(node) && typeof node.value === "string" && /^\$\{[A-Za-z_]\w*\}$/.test(node.value);
}

/** Where secrets may stand on the line around `offset` of a text that can't be read, by the names in front of them. */
export function likelySecrets(text: string, offset: number, keys: SecretKeys): Range[] {
  const line = lineAt(text, offset);
  const content = text.slice(line.start, line.end);
  if (belongsToSecret(text, line, keys)) {
    return [{ start: line.start + indentOf(content), end: line.end }];
  }
  for (const match of content.matchAll(keyPattern)) {
    const start = match.index + match[0].length;
    const rest = content.slice(start);
    if (!keys.isSecret(match[2] ?? "", /^\s*(?:[{[]|$)/.test(rest)) || rest.trim() === "") continue;
    return [{ start: line.start + start, end: line.end }];
  }
  return [];
}

/** A key with what separates it from its value: `password: `, `"password": `, `password = `, `password `. */
const keyPattern = /(["']?)([A-Za-z_][\w.-]*)\1(?:\s*[:=]\s*|\s+(?=\S))/g;

// Lines that are indented deeper than a key are what stands behind it.
function belongsToSecret(text: string, line: Range, keys: SecretKeys): boolean {
  let indent = indentOf(text.slice(line.start, line.end));
  let start = line.start;
  for (let walked = 0; start > 0 && indent > 0; walked += 1) {
    if (walked > longestWalk) return true;
    const above = lineAt(text, start - 1);
    start = above.start;
    const content = text.slice(above.start, above.end);
    if (content.trim() === "" || /^\s*#/.test(content) || indentOf(content) >= indent) continue;
    indent = indentOf(content);
    const [, , key, rest = ""] = /^[\s-]*(["']?)([A-Za-z_][\w.-]*)\1\s*[:=]\s*(.*)$/.exec(content) ?? [];
    if (key !== undefined && keys.isSecret(key, rest === "" || /^[{[]/.test(rest))) return true;
  }
  return false;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

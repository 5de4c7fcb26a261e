import { type Node, YAMLMap, YAMLSeq } from "yaml";
import type { ConfigPath } from "../config/problem.ts";
import { metadataOf, type SchemaShape, unwrap } from "../config/schema_shape.ts";
import { didYouMean } from "../config/suggest.ts";
import { joinComments } from "./comment_shelf.ts";
import type { Conversion } from "./conversion.ts";
import { evaluate } from "./evaluate.ts";
import { fileArgument } from "./file_argument.ts";
import { isAccepted } from "./fit_scalar.ts";
import { fitExpression, isBlock } from "./fit_value.ts";
import type { Attribute, Block, Body, Expression, Statement } from "./syntax_tree.ts";
import { Untranslatable, type Value, wholeText } from "./value.ts";
import { addPair } from "./yaml_nodes.ts";

type Entries = Readonly<Record<string, SchemaShape>>;

/** The mapping that a block becomes; `entries` are the arguments and blocks that there may be in it. */
export function convertBody(body: Body, entries: Entries, path: ConfigPath, conversion: Conversion): YAMLMap {
  return new BodyConverter(entries, path, conversion).convert(body);
}

class BodyConverter {
  readonly #map = new YAMLMap();
  readonly #seen = new Set<string>();
  readonly #lists = new Map<string, YAMLSeq<Node>>();
  readonly #entries: Entries;
  readonly #path: ConfigPath;
  readonly #conversion: Conversion;

  constructor(entries: Entries, path: ConfigPath, conversion: Conversion) {
    this.#entries = entries;
    this.#path = path;
    this.#conversion = conversion;
  }

  convert({ statements, span }: Body): YAMLMap {
    const { comments } = this.#conversion;
    const blocks = Map.groupBy(statements, ({ type, name }) => (type === "block" ? name : undefined));
    let at = span.start;
    for (const [index, statement] of statements.entries()) {
      const before = comments.take(at, statement.span.start);
      const next = statements[index + 1]?.span.start ?? span.end;
      const isRepeated = statement.type === "block" && (blocks.get(statement.name)?.length ?? 0) > 1;
      const found = this.#convertStatement(statement, isRepeated);
      const inner = comments.take(statement.span.start, statement.span.end);
      const after = comments.takeTrailing(statement.span.end, next);
      at = statement.span.end;
      if (found !== undefined) this.#add(found, joinComments(before, inner), after);
    }
    const rest = comments.take(at, span.end);
    if (rest !== undefined) this.#map.comment = rest;
    return this.#map;
  }

  #add({ key, node, isItem }: Converted, before: string | undefined, after: string | undefined): void {
    if (isItem !== true) {
      addPair(this.#map, key, node, before, after);
      return;
    }
    const list = this.#lists.get(key) ?? new YAMLSeq<Node>();
    if (list.items.length === 0) addPair(this.#map, key, list);
    this.#lists.set(key, list);
    const above = joinComments(before, after);
    if (above !== undefined) node.commentBefore = above;
    list.items.push(node);
  }

  #convertStatement(statement: Statement, isRepeated: boolean): Converted | undefined {
    const { name, nameSpan } = statement;
    const path = [...this.#path, name];
    const schema = Object.hasOwn(this.#entries, name) ? this.#entries[name] : undefined;
    if (schema === undefined) {
      const hint = didYouMean(name, Object.keys(this.#entries));
      const kind = statement.type === "block" ? "block" : "argument";
      this.#conversion.report(path, nameSpan, `pyroduct has no such ${kind}${hint}`);
      return undefined;
    }
    this.#conversion.remember(path, nameSpan);
    const mayRepeat = statement.type === "block" && metadataOf(schema).isBlockList === true;
    if (this.#seen.has(name) && !mayRepeat) {
      this.#conversion.report(path, nameSpan, "may be given only once");
      return undefined;
    }
    this.#seen.add(name);
    if (metadataOf(schema).isIgnored) {
      this.#conversion.ignore(path, nameSpan, "is accepted, and has no meaning in pyroduct");
    }
    return statement.type === "block"
      ? this.#convertBlock(statement, schema, isRepeated && mayRepeat)
      : this.#convertAttribute(statement, schema);
  }

  #convertBlock(block: Block, schema: SchemaShape, isRepeated: boolean): Converted | undefined {
    const { name, nameSpan, label, body } = block;
    const path = [...this.#path, name];
    if (!isBlock(schema)) {
      this.#conversion.report(path, nameSpan, "expected a value, and no block", `write ${name} = …`);
      return undefined;
    }
    if (label !== "") {
      this.#conversion.report(path, nameSpan, "takes no label");
      return undefined;
    }
    const shape = unwrap(schema);
    const entries = shape.entries ?? (shape.item === undefined ? {} : (unwrap(shape.item).entries ?? {}));
    const inner = isRepeated ? [...path, this.#lists.get(name)?.items.length ?? 0] : path;
    this.#conversion.remember(inner, nameSpan);
    return { key: name, node: convertBody(body, entries, inner, this.#conversion), isItem: isRepeated };
  }

  #convertAttribute({ name, value: expression }: Attribute, schema: SchemaShape): Converted | undefined {
    const path = [...this.#path, name];
    const value = this.#evaluated(expression);
    if (value?.type === "file") {
      const key = fileArgument(name, this.#entries);
      return this.#convertFile(name, key, value.label, expression);
    }
    if (value !== undefined && isNotGiven(value, schema)) {
      this.#conversion.ignore(path, expression.span, "is empty, which means that it is not given");
      return undefined;
    }
    const node = fitExpression(expression, { schema, path, conversion: this.#conversion });
    return node === undefined ? emptyList(name, schema) : { key: name, node };
  }

  /** Undefined where it can't be worked out, which is for others to tell. */
  #evaluated(expression: Expression): Value | undefined {
    try {
      return evaluate(expression, this.#conversion.scope);
    } catch (thrown) {
      if (thrown instanceof Untranslatable) return undefined;
      throw thrown;
    }
  }

  #convertFile(
    name: string,
    key: string | undefined,
    label: string,
    { span }: Expression,
  ): Converted | undefined {
    const file = this.#conversion.files.get(label);
    const path = [...this.#path, key ?? name];
    if (key === undefined || file === undefined) {
      const message = `what local.file.${label} holds can't be turned: pyroduct reads no file for this argument`;
      const fix = "write the value here, or put it into an environment variable";
      this.#conversion.report(path, span, message, fix);
      return undefined;
    }
    if (this.#seen.has(key)) {
      this.#conversion.report(path, span, `${key} is given too`);
      return undefined;
    }
    if (file.filename === undefined) {
      this.#conversion.report(path, span, `the filename of local.file.${label} can't be turned`);
      return undefined;
    }
    this.#seen.add(key);
    this.#conversion.remember(path, span);
    this.#conversion.usedFiles.add(label);
    const schema = this.#entries[key] as SchemaShape;
    const node = fitExpression(file.filename, { schema, path, conversion: this.#conversion });
    return node === undefined ? undefined : { key, node };
  }
}

interface Converted {
  readonly key: string;
  readonly node: Node;
  /** Whether it is one of several blocks of its name. */
  readonly isItem?: boolean;
}

/** A list that can't be turned is none, where leaving it out would be another mistake. */
function emptyList(key: string, schema: SchemaShape): Converted | undefined {
  const isNeeded = unwrap(schema).item !== undefined && schema.default === undefined;
  if (!isNeeded || !isAccepted(schema, [])) return undefined;
  const node = new YAMLSeq<Node>();
  node.flow = true;
  return { key, node };
}

/** In Go, an empty string and null are what an argument has that is not given. */
function isNotGiven(value: Value, schema: SchemaShape): boolean {
  const isOptional = schema.wrapped !== undefined;
  if (!isOptional) return false;
  if (value.type === "null") return schema.default === undefined;
  const isEmpty = value.type === "text" && wholeText(value.parts) === "";
  return isEmpty && (schema.default === undefined || !isAccepted(schema, ""));
}

import { Document, YAMLMap } from "yaml";
import type { ComponentDefinition } from "../component/definition.ts";
import { shapeOf, unwrap } from "../config/schema_shape.ts";
import { checkResult } from "./check_result.ts";
import { CommentShelf, joinComments } from "./comment_shelf.ts";
import { Conversion, type LocalFile } from "./conversion.ts";
import { convertBody } from "./convert_body.ts";
import { convertSetting } from "./convert_setting.ts";
import { parseSource } from "./parser.ts";
import type { Attribute, Block, SourceFile, SourceProblem, Statement } from "./syntax_tree.ts";
import { unknownComponentFix } from "./unknown_reference.ts";
import { addPair } from "./yaml_nodes.ts";

/** The forms that a configuration may have. */
export const outputFormats = ["yaml", "json"] as const;

/** One of them. */
export type OutputFormat = (typeof outputFormats)[number];

/** What became of a source. */
export interface Converted {
  /** The configuration, as far as the source could be turned; undefined where there is nothing in it. */
  readonly text: string | undefined;
  /** The components in it, by ID. */
  readonly components: readonly string[];
  /** What could not be turned, and where the result would be refused. In their order. */
  readonly problems: readonly SourceProblem[];
  /** What was left out, or is without effect, and is no loss. */
  readonly ignored: readonly SourceProblem[];
  /** Where `${…}` is escaped, since it is text in Alloy. */
  readonly escaped: readonly SourceProblem[];
  /** Flags of `run` that say what the source says outside of components. */
  readonly flags: readonly string[];
  /** What `validate` would refuse on this machine, for the files that are named. */
  readonly absentFiles: readonly SourceProblem[];
  /** Environment variables that must be set. */
  readonly variables: readonly string[];
  /** How many comments the format has no room for. */
  readonly lostComments: number;
}

/** Turns a configuration of Alloy's into one that does the same here. Never throws for what the source says. */
export function convertSource(
  source: string,
  definitions: readonly ComponentDefinition[],
  format: OutputFormat,
): Converted {
  const parsed = parseSource(source);
  if (!parsed.ok) return { ...nothing, problems: parsed.problems };
  return new SourceConverter(source, parsed.file, definitions).convert(format);
}

const nothing: Converted = {
  text: undefined,
  components: [],
  problems: [],
  ignored: [],
  escaped: [],
  flags: [],
  absentFiles: [],
  variables: [],
  lostComments: 0,
};

class SourceConverter {
  readonly #types = new Map<string, YAMLMap>();
  readonly #root = new YAMLMap();
  readonly #components = new Set<string>();
  readonly #flags: string[] = [];
  /** The components that modules in the source define. */
  readonly #declared: ReadonlySet<string>;
  readonly #file: SourceFile;
  readonly #definitions: readonly ComponentDefinition[];
  readonly #conversion: Conversion;

  constructor(source: string, file: SourceFile, definitions: readonly ComponentDefinition[]) {
    this.#file = file;
    this.#definitions = definitions;
    this.#declared = new Set(blocksOf(file, "declare").map(({ label }) => label));
    const files = localFiles(file);
    const receiverTypes = new Set(definitions.filter(({ isReceiver }) => isReceiver).map(({ type }) => type));
    const scope = { receiverTypes, fileLabels: new Set(files.keys()) };
    this.#conversion = new Conversion(scope, new CommentShelf(source, file.comments), files);
  }

  convert(format: OutputFormat): Converted {
    const { comments, problems, ignored, escaped, variables } = this.#conversion;
    const document = new Document(this.#root, { compat: "yaml-1.1" });
    const { statements, span } = this.#file.body;
    const header = comments.takeHeader(statements[0]?.span.start ?? span.end);
    if (header !== undefined) document.commentBefore = header;
    this.#convertStatements();
    this.#reportFiles();
    const rest = comments.take(0, span.end);
    if (rest !== undefined) document.comment = rest;
    if (this.#components.size === 0 && problems.length === 0) {
      problems.push({
        span: { start: 0, end: 0 },
        path: "",
        message: "there is nothing in it that pyroduct does",
      });
    }
    const yaml = document.toString({ lineWidth: 0, flowCollectionPadding: false });
    const isEmpty = this.#components.size === 0;
    const checked = isEmpty ? nothing : checkResult(yaml, this.#definitions, this.#conversion);
    return {
      text: isEmpty ? undefined : format === "yaml" ? yaml : `${JSON.stringify(document.toJS(), null, 2)}\n`,
      components: [...this.#components],
      problems: inOrder([...problems, ...checked.problems]),
      ignored: inOrder(ignored),
      escaped: inOrder(escaped),
      flags: this.#flags,
      absentFiles: checked.absentFiles,
      variables: [...variables.keys()],
      lostComments: format === "json" ? comments.size : 0,
    };
  }

  #convertStatements(): void {
    const { comments } = this.#conversion;
    const { statements, span } = this.#file.body;
    let at = 0;
    for (const [index, statement] of statements.entries()) {
      const before = comments.take(at, statement.span.start);
      const next = statements[index + 1]?.span.start ?? span.end;
      const map = this.#convertStatement(statement);
      // Comments at odd places are kept with the component; those of what is left out go with it.
      const inner = comments.take(statement.span.start, statement.span.end);
      const after = comments.takeTrailing(statement.span.end, next);
      at = statement.span.end;
      if (map === undefined || statement.type !== "block") continue;
      this.#addComponent(statement, map, joinComments(before, inner, after));
    }
  }

  #convertStatement(statement: Statement): YAMLMap | undefined {
    const { name, nameSpan } = statement;
    if (statement.type === "attribute") {
      const fix = "put it into the block of a component";
      this.#conversion.report([name], nameSpan, "an argument has no meaning outside of a block", fix);
      return undefined;
    }
    const definition = this.#definitions.find(({ type }) => type === name);
    if (definition === undefined) {
      this.#convertOther(statement);
      return undefined;
    }
    const path = [name, statement.label];
    const isTaken = this.#components.has(`${name}.${statement.label}`);
    if (statement.label === "" || isTaken) {
      const message = isTaken ? "is given twice" : "needs a label";
      this.#conversion.report(isTaken ? path : [name], nameSpan, message);
      return undefined;
    }
    this.#conversion.remember(path, nameSpan);
    return convertBody(
      statement.body,
      unwrap(shapeOf(definition.schema)).entries ?? {},
      path,
      this.#conversion,
    );
  }

  #addComponent({ name, label }: Block, map: YAMLMap, comment: string | undefined): void {
    const labels = this.#types.get(name) ?? new YAMLMap();
    if (!this.#types.has(name)) addPair(this.#root, name, labels);
    this.#types.set(name, labels);
    addPair(labels, label, map, comment);
    this.#components.add(`${name}.${label}`);
  }

  #convertOther(block: Block): void {
    if (block.name === "local.file" && this.#conversion.files.has(block.label)) return;
    const flags = convertSetting(block, this.#conversion);
    if (flags !== undefined) {
      this.#flags.push(...flags);
      return;
    }
    const path = block.label === "" ? [block.name] : [block.name, block.label];
    const message = `can't be turned: pyroduct has no such ${block.label === "" ? "block" : "component"}`;
    this.#conversion.report(path, block.nameSpan, message, unknownComponentFix(block.name, this.#declared));
  }

  /** The arguments of files that became a part of what uses them, and files that nothing uses. */
  #reportFiles(): void {
    for (const [label, { block }] of this.#conversion.files) {
      const path = ["local.file", label];
      if (!this.#conversion.usedFiles.has(label)) {
        this.#conversion.ignore(path, block.nameSpan, "is left out: no argument here names it");
        continue;
      }
      for (const { name, nameSpan } of block.body.statements) {
        if (name === "filename") continue;
        const message = "has no meaning here: files are watched, and their secrets never shown";
        this.#conversion.ignore([...path, name], nameSpan, message);
      }
    }
  }
}

function inOrder(problems: readonly SourceProblem[]): SourceProblem[] {
  return problems.toSorted((one, other) => one.span.start - other.span.start);
}

function blocksOf({ body }: SourceFile, name: string): Block[] {
  return body.statements.filter((one): one is Block => one.type === "block" && one.name === name);
}

function localFiles(file: SourceFile): Map<string, LocalFile> {
  return new Map(
    blocksOf(file, "local.file").map((block) => {
      const filename = block.body.statements.find((one): one is Attribute => {
        return one.type === "attribute" && one.name === "filename";
      });
      return [block.label, { block, filename: filename?.value }];
    }),
  );
}

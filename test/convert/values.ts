import type { ComponentDefinition } from "../../src/component/definition.ts";
import { componentDefinitions } from "../../src/components.ts";
import { evaluate, type Scope } from "../../src/convert/evaluate.ts";
import { parseSource } from "../../src/convert/parser.ts";
import { Untranslatable, type Value } from "../../src/convert/value.ts";
import { writeText } from "../../src/convert/written_text.ts";

const isReceiver = (definition: ComponentDefinition) => definition.isReceiver;

const scope: Scope = {
  receiverTypes: new Set(componentDefinitions.filter(isReceiver).map(({ type }) => type)),
  fileLabels: new Set(["token"]),
};

/** The value of an expression. */
export function valueOfSource(expression: string): Value {
  const parsed = parseSource(`a = ${expression}`);
  if (!parsed.ok) throw new Error(`${expression}: ${parsed.problems[0]?.message}`);
  const [statement] = parsed.file.body.statements;
  if (statement?.type !== "attribute") throw new Error(`${expression} is no expression`);
  return evaluate(statement.value, scope);
}

/** The value of an expression as plain data; texts as the configuration has them; numbers as JavaScript has them. */
export function plainValue(expression: string): unknown {
  return plain(valueOfSource(expression));
}

/** Why an expression can't be turned, and what to do. */
export function refusal(expression: string): readonly [message: string, fix: string | undefined] {
  try {
    valueOfSource(expression);
  } catch (thrown) {
    if (thrown instanceof Untranslatable) return [thrown.message, thrown.fix];
    throw thrown;
  }
  throw new Error(`${expression} was turned`);
}

function plain(value: Value): unknown {
  switch (value.type) {
    case "null":
      return null;
    case "bool":
    case "float":
      return value.value;
    case "integer":
      return Number(value.value);
    case "text": {
      const written = writeText(value.parts);
      return written.ok ? written.text : written;
    }
    case "array":
      return value.items.map(plain);
    case "object":
      return Object.fromEntries([...value.entries].map(([name, one]) => [name, plain(one)]));
    case "receiver":
      return { receiver: value.component };
    case "file":
      return { file: value.label };
  }
}

import { nameLabel } from "./label_set.ts";
import { labelNameProblem } from "./validate_labels.ts";

/** What the `name` parameter of /ingest says, or why it can't be read. */
export type AppName =
  | { readonly ok: true; readonly labels: Map<string, string> }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads the `name` parameter of /ingest: `app{key=value,…}`.
 *
 * The grammar is that of Pyroscope's `api/model/labelset`, oddities included, since senders rely on them:
 * blanks around names and values go; a label without `=`, or whose value is not closed by `,` or `}`, is
 * left out; a closing brace after a value does not end the list. Labels come as sent: the last of equal
 * names wins, empty values are still there.
 */
export function parseAppName(text: string): AppName {
  const open = text.indexOf("{");
  const app = (open < 0 ? text : text.slice(0, open)).trim();
  const problem = appNameProblem(app);
  if (problem !== undefined) return { ok: false, problem };
  const labels = new Map([[nameLabel, app]]);
  if (open < 0) return { ok: true, labels };

  let position = open + 1;
  while (position < text.length) {
    const nameEnd = indexOfEither(text, "=", "}", position);
    if (nameEnd < 0 || text[nameEnd] === "}") break;
    const valueEnd = indexOfEither(text, ",", "}", nameEnd + 1);
    if (valueEnd < 0) break;
    const name = text.slice(position, nameEnd).trim();
    const invalid = labelNameProblem(name);
    if (invalid !== undefined) return { ok: false, problem: invalid };
    labels.set(name, text.slice(nameEnd + 1, valueEnd).trim());
    position = valueEnd + 1;
  }
  return { ok: true, labels };
}

function appNameProblem(app: string): string | undefined {
  if (app === "") return "the app name is empty: name must be like app{key=value}";
  if (/^[a-zA-Z0-9_.\-/]+$/.test(app)) return undefined;
  return `the app name ${JSON.stringify(app)} may only hold letters, digits, "_", ".", "-" and "/"`;
}

function indexOfEither(text: string, one: string, other: string, from: number): number {
  for (let index = from; index < text.length; index += 1) {
    const character = text[index];
    if (character === one || character === other) return index;
  }
  return -1;
}

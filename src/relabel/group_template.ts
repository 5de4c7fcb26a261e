/** `$$`, `$name` or `${name}`; any other `$` stands for itself. A name is letters, digits and `_`. */
const reference = /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu;

/** Names that mean a group's number: no leading zeros, at most nine digits. */
const groupNumber = /^(?:0|[1-9][0-9]{0,8})$/;

/**
 * Text with references to the groups of a regular expression, expanded as Go's `Regexp.Expand` does
 * (https://pkg.go.dev/regexp#Regexp.Expand): a name is as long as it can be, so that `$1x` is the group
 * named `1x`; a group that there is not is empty.
 */
export class GroupTemplate {
  /** Texts to copy and numbers of groups, by turns. */
  readonly #parts: readonly (string | number)[];

  /** @param groupNumbers the numbers of the groups that have names. */
  constructor(text: string, groupNumbers: ReadonlyMap<string, number>) {
    this.#parts = parse(text, groupNumbers);
  }

  /** The text with the groups filled in; `groups` begins with the whole match. */
  expand(groups: readonly string[]): string {
    let expanded = "";
    for (const part of this.#parts) expanded += typeof part === "string" ? part : (groups[part] ?? "");
    return expanded;
  }
}

function parse(text: string, groupNumbers: ReadonlyMap<string, number>): readonly (string | number)[] {
  const parts: (string | number)[] = [];
  let position = 0;
  for (const match of text.matchAll(reference)) {
    parts.push(text.slice(position, match.index));
    position = match.index + match[0].length;
    const name = match[1] ?? match[2];
    if (name === undefined) {
      parts.push("$");
      continue;
    }
    const number = groupNumber.test(name) ? Number(name) : groupNumbers.get(name);
    if (number !== undefined) parts.push(number);
  }
  parts.push(text.slice(position));
  return parts;
}

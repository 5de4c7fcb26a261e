/** A line of a shell, as far as it is words alone. */
export interface CommandLine {
  /** Variables that are set in front of the command. */
  readonly environment: Readonly<Record<string, string>>;
  readonly words: readonly string[];
  /** The file that standard output goes into; undefined where it goes nowhere else. */
  readonly output: string | undefined;
}

/** A part of a word: in double quotes, in single quotes, or bare. */
const part = /"([^"$`\\]*)"|'([^']*)'|([^\s"'$`\\|&;<>(){}*?#~]+)/y;

/**
 * Splits a line as sh would.
 *
 * @throws where the line holds anything that a shell does not take as it stands: an operator, an expansion, a pattern.
 */
export function parseCommandLine(line: string): CommandLine {
  const words: string[] = [];
  let output: string | undefined;
  let position = 0;
  while (position < line.length) {
    const space = /\s*/y;
    space.lastIndex = position;
    position += space.exec(line)?.[0].length ?? 0;
    // The rest is a comment.
    if (line[position] === "#") break;
    if (line.startsWith("> ", position)) {
      output = wordAt(line, position + 2).text;
      break;
    }
    const word = wordAt(line, position);
    words.push(word.text);
    position = word.end;
  }
  const first = words.findIndex((word) => !/^[A-Z_]\w*=/.test(word));
  const assignments = words.slice(0, first).map((word): [string, string] => {
    const equals = word.indexOf("=");
    return [word.slice(0, equals), word.slice(equals + 1)];
  });
  return { environment: Object.fromEntries(assignments), words: words.slice(first), output };
}

function wordAt(line: string, start: number): { readonly text: string; readonly end: number } {
  let text = "";
  let position = start;
  while (position < line.length && !/\s/.test(line[position] ?? "")) {
    part.lastIndex = position;
    const match = part.exec(line);
    if (match === null) throw new Error(`a shell would not take this as it stands: ${line.slice(position)}`);
    text += match[1] ?? match[2] ?? match[3] ?? "";
    position = part.lastIndex;
  }
  return { text, end: position };
}

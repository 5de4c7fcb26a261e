/** What is kept at most: lines, and bytes of them together. */
const mostLines = 2000;
const mostBytes = 512 * 1024;

/** A longer line is cut, in characters: an answer of a destination may be long. */
const longestLine = 4096;

/** Keeps the last lines of a log, so that they can be asked for. */
export class LineRing {
  #lines: string[] = [];
  #bytes = 0;

  /** The oldest first, without their ends. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** @param line with or without its end. */
  add(line: string): void {
    const kept = line.trimEnd().slice(0, longestLine);
    this.#lines.push(kept);
    this.#bytes += Buffer.byteLength(kept);
    while (this.#lines.length > mostLines || this.#bytes > mostBytes) {
      this.#bytes -= Buffer.byteLength(this.#lines.shift() ?? "");
    }
  }
}

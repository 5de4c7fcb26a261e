/** A system call as strace saw it. Times are in seconds, as strace writes them. */
export interface SystemCall {
  readonly name: string;
  /** Its arguments as strace writes them. */
  readonly text: string;
  readonly begunAt: number;
  readonly endedAt: number;
  /** Undefined where strace says that it is not known. */
  readonly result: number | undefined;
}

const linePattern = /^(\d+) +(\d+\.\d+) (.*)$/s;
const resumedPattern = /^<\.\.\. (\w+) resumed>(.*)$/s;
const unfinishedPattern = /^(\w+)\((.*?)(?:,? )?<unfinished \.\.\.>$/s;
const endPattern = /^(.*)\) += (-?\d+|\?)[^<]*(?:\([^)]*\) )?(?:<([\d.]+)>)?$/s;
const callPattern = /^(\w+)\((.*)$/s;

/** The calls in what `strace -f -ttt -T` wrote, in the order in which they began. */
export function parseStrace(log: string): SystemCall[] {
  const calls: SystemCall[] = [];
  /** What has begun and not ended, by thread. */
  const begun = new Map<string, { readonly name: string; readonly text: string; readonly at: number }>();
  for (const line of log.split("\n")) {
    const [, thread = "", time = "", rest = ""] = linePattern.exec(line) ?? [];
    const unfinished = unfinishedPattern.exec(rest);
    if (unfinished !== null) {
      begun.set(thread, { name: unfinished[1] ?? "", text: unfinished[2] ?? "", at: Number(time) });
      continue;
    }
    const resumed = resumedPattern.exec(rest);
    const start = begun.get(thread);
    if (resumed !== null && start !== undefined) {
      begun.delete(thread);
      add(calls, start.name, start.text + (resumed[2] ?? ""), start.at);
      continue;
    }
    const call = callPattern.exec(rest);
    if (call !== null) add(calls, call[1] ?? "", call[2] ?? "", Number(time));
  }
  return calls.toSorted((one, other) => one.begunAt - other.begunAt);
}

function add(calls: SystemCall[], name: string, rest: string, begunAt: number): void {
  const end = endPattern.exec(rest);
  if (end === null) return;
  const [, text = "", result, seconds = "0"] = end;
  calls.push({
    name,
    text,
    begunAt,
    endedAt: begunAt + Number(seconds),
    result: result === "?" ? undefined : Number(result),
  });
}

/** The bytes of the first string among a call's arguments. */
export function firstString(text: string): Uint8Array {
  const [, escaped = ""] = /"((?:[^"\\]|\\.)*)"/s.exec(text) ?? [];
  const bytes: number[] = [];
  for (const [unit] of escaped.matchAll(/\\[0-7]{1,3}|\\.|[^\\]/gs)) bytes.push(byteOf(unit));
  return Uint8Array.from(bytes);
}

const namedEscapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12 };

function byteOf(unit: string): number {
  const rest = unit.slice(1);
  if (!unit.startsWith("\\")) return unit.charCodeAt(0);
  return /^[0-7]/.test(rest) ? Number.parseInt(rest, 8) : (namedEscapes[rest] ?? rest.charCodeAt(0));
}

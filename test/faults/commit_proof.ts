import { numbersEnding, numbersStarting } from "./numbered.ts";
import { firstString, type SystemCall } from "./strace_log.ts";

/** What the system calls of a run say about its acknowledgements. */
export interface CommitProof {
  /** Profiles whose acknowledgement left after the log with them was on stable storage. */
  readonly proven: ReadonlySet<number>;
  /** Others whose acknowledgement left, and what is wrong with each. */
  readonly broken: readonly string[];
  /** How often the log was brought to stable storage. */
  readonly syncs: number;
}

/** Bytes of what stands before each page in SQLite's write-ahead log (https://sqlite.org/fileformat2.html#walformat). */
const frameHeaderBytes = 24;

interface Acknowledgement {
  readonly number: number;
  readonly leftAt: number;
}

/** What the calls say of the write-ahead log; times are in seconds. */
interface LogReading {
  /** When the start of each profile was first written, and when its end was. */
  readonly startAt: ReadonlyMap<number, number>;
  readonly endAt: ReadonlyMap<number, number>;
  /** The writes that end a commit. */
  readonly commits: readonly SystemCall[];
  readonly syncs: readonly SystemCall[];
}

/**
 * Shows for each acknowledgement that its profile's pages, then the end of their commit, were written to the
 * write-ahead log, that a fsync or fdatasync of the log began after that and ended well, and that only then the 200
 * was handed to the kernel. `calls` are those of strace with `-y` and strings long enough for a page.
 */
export function proveCommits(calls: readonly SystemCall[]): CommitProof {
  const log = readLog(calls);
  const proven = new Set<number>();
  const broken: string[] = [];
  for (const { number, leftAt } of acknowledgements(calls)) {
    const problem = problemOf(number, leftAt, log);
    if (problem === undefined) proven.add(number);
    else broken.push(`${number}: ${problem}`);
  }
  return { proven, broken, syncs: log.syncs.length };
}

function problemOf(number: number, leftAt: number, log: LogReading): string | undefined {
  const { commits, syncs } = log;
  const [startAt, endAt] = [log.startAt.get(number), log.endAt.get(number)];
  if (startAt === undefined || endAt === undefined) return "acknowledged, and not in the log";
  const writtenAt = Math.max(startAt, endAt);
  const commit = commits.find(({ endedAt }) => endedAt >= writtenAt);
  if (commit === undefined) return "acknowledged, and its commit never ended";
  const sync = syncs.find(({ begunAt, result }) => begunAt >= commit.endedAt && result === 0);
  if (sync === undefined) return "acknowledged, and its commit never synced";
  if (sync.endedAt <= leftAt) return undefined;
  return `acknowledged ${((sync.endedAt - leftAt) * 1e6).toFixed(0)} µs before its commit was synced`;
}

function readLog(calls: readonly SystemCall[]): LogReading {
  const ofLog = calls.filter(({ text }) => /^\d+<[^>]*-wal>/.test(text));
  const writes = ofLog.filter(({ name }) => name === "pwrite64" || name === "write");
  const commits: SystemCall[] = [];
  let endsCommit = false;
  for (const write of writes) {
    if (write.result === frameHeaderBytes) {
      // The database's size after the commit stands in the last frame of one; in all others there is a zero.
      endsCommit = new DataView(firstString(write.text).buffer).getUint32(4) !== 0;
    } else if (endsCommit) {
      commits.push(write);
      endsCommit = false;
    }
  }
  const pages = writes.filter(({ result }) => result !== frameHeaderBytes);
  return {
    startAt: firstWritten(pages, numbersStarting),
    endAt: firstWritten(pages, numbersEnding),
    commits,
    syncs: ofLog.filter(({ name }) => name === "fsync" || name === "fdatasync"),
  };
}

function firstWritten(
  pages: readonly SystemCall[],
  numbersIn: (text: string) => number[],
): Map<number, number> {
  const first = new Map<number, number>();
  for (const { text, endedAt } of pages) {
    for (const number of numbersIn(text)) if (!first.has(number)) first.set(number, endedAt);
  }
  return first;
}

function acknowledgements(calls: readonly SystemCall[]): Acknowledgement[] {
  /** Numbers of the request that is under way on each connection. */
  const underWay = new Map<string, Set<number>>();
  const found: Acknowledgement[] = [];
  for (const call of calls) {
    const [, connection = ""] = /^(\d+)</.exec(call.text) ?? [];
    if (call.name === "recvfrom" || call.name === "read") {
      if (/^\d+<[^>]*>, "POST /.test(call.text)) underWay.set(connection, new Set());
      for (const number of numbersStarting(call.text)) underWay.get(connection)?.add(number);
    } else if (isSuccess(call)) {
      const numbers = underWay.get(connection) ?? [];
      found.push(...Array.from(numbers, (number) => ({ number, leftAt: call.begunAt })));
      underWay.delete(connection);
    }
  }
  return found;
}

function isSuccess({ text }: SystemCall): boolean {
  return /^\d+<socket[^"]*"HTTP\/1\.1 200 /.test(text);
}

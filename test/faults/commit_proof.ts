import { numbersEnding, numbersStarting } from "./numbered.ts";
import { firstString, type SystemCall } from "./strace_log.ts";

/** What the system calls of a run say about its acknowledgements. */
export interface CommitProof {
  /** Profiles whose acknowledgement left after they were safe. */
  readonly proven: ReadonlySet<number>;
  /** Those of them that were safe since the log with them was on stable storage. */
  readonly synced: ReadonlySet<number>;
  /** Others whose acknowledgement left, and what is wrong with each. */
  readonly broken: readonly string[];
  /** How often the log was brought to stable storage. */
  readonly syncs: number;
}

/** Bytes of what stands before each page in SQLite's write-ahead log (https://sqlite.org/fileformat2.html#walformat). */
const frameHeaderBytes = 24;

/** A success that was handed to the kernel on its way to a sender, or came from a destination. */
interface Success {
  readonly number: number;
  readonly at: number;
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
 * Shows for each acknowledgement that only then the 200 was handed to the kernel when the profile was safe in one of
 * two ways. Either its pages, then the end of their commit, were written to the write-ahead log, and a fsync or
 * fdatasync of the log began after that and ended well. Or all of it was sent to a destination, and then that one's 200
 * was read. `calls` are those of strace with `-y` and strings long enough for a page.
 */
export function proveCommits(calls: readonly SystemCall[]): CommitProof {
  const log = readLog(calls);
  const deliveredAt = new Map<number, number>();
  for (const { number, at } of deliveries(calls)) if (!deliveredAt.has(number)) deliveredAt.set(number, at);
  const proven = new Set<number>();
  const synced = new Set<number>();
  const broken: string[] = [];
  for (const { number, at } of acknowledgements(calls)) {
    const problem = problemOf(number, at, log);
    const isDelivered = (deliveredAt.get(number) ?? Number.POSITIVE_INFINITY) <= at;
    if (problem === undefined) synced.add(number);
    if (problem === undefined || isDelivered) proven.add(number);
    else broken.push(`${number}: ${problem}`);
  }
  return { proven, synced, broken, syncs: log.syncs.length };
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

/** When each success left for a sender. */
function acknowledgements(calls: readonly SystemCall[]): Success[] {
  return exchanges(calls, {
    isRequest: isReceived,
    numbersIn: numbersStarting,
    isAnswer: (call) => !isReceived(call),
    timeOf: ({ begunAt }) => begunAt,
  });
}

/** When each success of a destination was here. */
function deliveries(calls: readonly SystemCall[]): Success[] {
  return exchanges(calls, {
    isRequest: (call) => !isReceived(call),
    numbersIn: numbersEnding,
    isAnswer: isReceived,
    timeOf: ({ endedAt }) => endedAt,
  });
}

/** One side of the exchanges on connections. */
interface Side {
  readonly isRequest: (call: SystemCall) => boolean;
  /** The profiles that a part of a request tells of. */
  readonly numbersIn: (text: string) => number[];
  readonly isAnswer: (call: SystemCall) => boolean;
  readonly timeOf: (answer: SystemCall) => number;
}

function exchanges(calls: readonly SystemCall[], side: Side): Success[] {
  /** Numbers of the request that is under way on each connection. */
  const underWay = new Map<string, Set<number>>();
  const found: Success[] = [];
  const take = (connection: string, answer: SystemCall) => {
    const at = side.timeOf(answer);
    for (const number of underWay.get(connection) ?? []) found.push({ number, at });
    underWay.delete(connection);
  };
  for (const call of calls) {
    const [, connection = ""] = /^(\d+)</.exec(call.text) ?? [];
    if (side.isRequest(call)) {
      if (/^\d+<socket[^"]*"POST /.test(call.text)) underWay.set(connection, new Set());
      for (const number of side.numbersIn(call.text)) underWay.get(connection)?.add(number);
    } else if (side.isAnswer(call) && isSuccess(call)) {
      take(connection, call);
    }
  }
  return found;
}

function isReceived({ name }: SystemCall): boolean {
  return name === "recvfrom" || name === "read";
}

function isSuccess({ text }: SystemCall): boolean {
  return /^\d+<socket[^"]*"HTTP\/1\.1 200 /.test(text);
}

import { readdirSync, readFileSync } from "node:fs";

/** What processes hold of the machine's memory, in bytes. */
export interface Memory {
  /** Resident now. */
  readonly now: number;
  /** The most that was resident at any time. */
  readonly peak: number;
}

/** CPU time that a process and all that it started have used, all threads, in nanoseconds (Linux's schedstat). */
export function cpuNanos(root: number): number {
  return [...cpuNanosByThread(root).values()].reduce((sum, nanos) => sum + nanos, 0);
}

/** The same by the threads' names; those of one name are added up. */
export function cpuNanosByThread(root: number): Map<string, number> {
  const totals = new Map<string, number>();
  for (const pid of processTree(root)) {
    for (const thread of entries(`/proc/${pid}/task`)) {
      const folder = `/proc/${pid}/task/${thread}`;
      // A thread may end between two looks; what it has used since the first one is lost then.
      const nanos = Number(text(`${folder}/schedstat`).split(" ", 1)[0]);
      const name = text(`${folder}/comm`).trim();
      totals.set(name, (totals.get(name) ?? 0) + nanos);
    }
  }
  return totals;
}

/** Memory of a process and all that it started. Pages that two of them share count twice. */
export function memoryOf(root: number): Memory {
  const statuses = processTree(root).map((pid) => text(`/proc/${pid}/status`));
  const sum = (field: string) =>
    statuses.reduce(
      (total, status) => total + 1024 * Number(RegExp(`^${field}:\\s*(\\d+)`, "m").exec(status)?.[1] ?? 0),
      0,
    );
  return { now: sum("VmRSS"), peak: sum("VmHWM") };
}

/** Bytes that a process and all that it started had to write to disks, each time that a page was written to. */
export function writtenBytes(root: number): number {
  const bytes = (pid: number) => Number(/^write_bytes: (\d+)$/m.exec(text(`/proc/${pid}/io`))?.[1] ?? 0);
  return processTree(root).reduce((sum, pid) => sum + bytes(pid), 0);
}

/** A process and all that it started, and they in turn. Fails where there is no such process. */
export function processTree(root: number): number[] {
  const children = Map.groupBy(
    entries("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number),
    parentOf,
  );
  if (parentOf(root) === undefined) throw new Error(`there is no process ${root}`);
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/** Busy share of all cores between two looks at /proc/stat, 0 to 1. */
export async function machineLoad(periodMs: number): Promise<number> {
  const before = machineTicks();
  await Bun.sleep(periodMs);
  const after = machineTicks();
  return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
}

function machineTicks(): { idle: number; all: number } {
  const ticks = text("/proc/stat").split("\n", 1)[0]?.trim().split(/\s+/).slice(1, 9).map(Number) ?? [];
  return { idle: (ticks[3] ?? 0) + (ticks[4] ?? 0), all: ticks.reduce((sum, value) => sum + value, 0) };
}

function parentOf(pid: number): number | undefined {
  // The second field is the program's name in parentheses, in which anything may stand.
  const parent = /^.*\) \S (\d+)/s.exec(text(`/proc/${pid}/stat`))?.[1];
  return parent === undefined ? undefined : Number(parent);
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    return ended(error) ? [] : raise(error);
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    return ended(error) ? "" : raise(error);
  }
}

/** Whether a read of /proc failed because the process is no more. */
function ended(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH");
}

function raise(error: unknown): never {
  throw error;
}

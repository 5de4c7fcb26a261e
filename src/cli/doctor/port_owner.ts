import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process that listens at a port. */
export interface PortOwner {
  readonly pid: number;
  /** Its name as `ps` shows it. */
  readonly name: string;
}

/** The state of a socket that listens, in /proc/net/tcp (include/net/tcp_states.h). */
const listenState = "0A";

/** What listens at a port; undefined where the system does not tell, or the process is another user's. */
export function portOwner(port: number): PortOwner | undefined {
  const inodes = listeningInodes(port);
  if (inodes.size === 0) return undefined;
  for (const entry of names("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const isOwner = names(`/proc/${entry}/fd`).some((descriptor) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${entry}/fd/${descriptor}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
    if (isOwner) return { pid: Number(entry), name: textOf(`/proc/${entry}/comm`).trim() };
  }
  return undefined;
}

function listeningInodes(port: number): Set<string> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => textOf(file).split("\n"));
  const inodes = lines.flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    return local?.endsWith(`:${hex}`) && state === listenState && inode !== undefined ? [inode] : [];
  });
  return new Set(inodes);
}

// Processes end while they are looked at, and those of others can't be looked into; other systems have no /proc.
function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

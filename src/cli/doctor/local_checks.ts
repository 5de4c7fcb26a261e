import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  statfsSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { formatByteSize } from "../../base/byte_size.ts";
import { CodedError, systemCodeOf } from "../../base/failure.ts";
import { formatAddress, type ListenAddress } from "../../http/listen_address.ts";
import { probe } from "../../http/open_port.ts";
import { type Finding, failed, ok, skipped, warning } from "./finding.ts";
import { portOwner } from "./port_owner.ts";

/** An address that pyroduct wants, and for what. */
export interface WantedAddress extends ListenAddress {
  /** `admin server`, or the component's id. */
  readonly purpose: string;
}

/**
 * Whether an address can be listened on, or is listened on by the pyroduct that runs.
 *
 * @param runsThere whether the running pyroduct says that it listens at this port; undefined where none runs.
 */
export function checkPort({ purpose, host, port }: WantedAddress, runsThere: boolean | undefined): Finding {
  const check = `port ${port}`;
  const where = `${formatAddress(host, port)} for ${purpose}`;
  if (port === 0) return skipped(check, `${where}: the system chooses one`);
  if (runsThere === true) return ok(check, `${where}: pyroduct listens there`);
  try {
    probe({ host, port });
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    return failed(check, `${where}: ${takenBy(thrown, port)}`, portFix(thrown, port));
  }
  const detail = `${where}: free`;
  if (runsThere === undefined) return ok(check, detail);
  return failed(
    check,
    `${detail}, though pyroduct runs and should listen there`,
    "reload pyroduct: the configuration on disk is another one than the one in use",
  );
}

function takenBy(problem: CodedError, port: number): string {
  if (problem.code !== "already_exists") return problem.message;
  const owner = portOwner(port);
  return owner === undefined
    ? "taken by another program, of another user as it seems"
    : `taken by ${owner.name} (process ${owner.pid})`;
}

function portFix({ code }: CodedError, port: number): string {
  if (code === "permission_denied") {
    return "choose a port of 1024 or more, or allow it: AmbientCapabilities=CAP_NET_BIND_SERVICE in a systemd unit, NET_BIND_SERVICE in a container";
  }
  if (code !== "already_exists")
    return "choose an address of this machine, or leave listen_address out to listen on all";
  return `stop that program, or choose another port; sudo ss -ltnp 'sport = :${port}' tells more. Where it is a pyroduct, --server says where its admin server is`;
}

/** Below this much space a warning is due, in bytes. */
const littleSpace = 2 ** 30;

/** Whether state can be kept in a folder; `isNeeded` where the configuration keeps any. */
export function checkStorage(path: string, isNeeded: boolean): Finding {
  const check = "storage path";
  if (!isNeeded) return skipped(check, `${path}: this configuration keeps nothing`);
  const folder = nearestFolder(resolve(path));
  const fix =
    "choose another folder with --storage.path, or let the user that pyroduct runs as write there; StateDirectory= does it in a systemd unit";
  try {
    if (folder === resolve(path)) writeAndRemove(folder);
    else accessSync(folder, constants.W_OK | constants.X_OK);
    if (!statSync(folder).isDirectory()) return failed(check, `${folder} is a file, and no folder`, fix);
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    const detail = `${path} can be written, ${formatByteSize(free)} free`;
    return free < littleSpace
      ? warning(check, detail, "make room, or lower max_bytes of what is kept")
      : ok(check, detail);
  } catch (thrown) {
    return failed(check, `${path} can't be written: ${systemCodeOf(thrown) ?? "unknown"} at ${folder}`, fix);
  }
}

function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

function writeAndRemove(folder: string): void {
  const file = join(folder, `.pyroduct-doctor-${process.pid}`);
  writeFileSync(file, "", { flag: "wx" });
  unlinkSync(file);
}

/** Descriptors for what is no connection: libraries, logs, databases, watched files. */
const reservedDescriptors = 256;

/** What the limit of open files has to suffice for. */
export interface DescriptorNeed {
  /** `conn_limit` of all receivers together; undefined where one has none. */
  readonly connections: number | undefined;
  /** `max_in_flight` of all endpoints together. */
  readonly requests: number;
}

/** Whether a process may open as many files as its connections need; `pid` of the running pyroduct, else this one. */
export function checkDescriptors(
  { connections, requests }: DescriptorNeed,
  pid: number | undefined,
): Finding {
  const check = "open files";
  const limit = openFilesLimit(pid);
  if (limit === undefined) return skipped(check, "the system does not tell its limit");
  const whose = pid === undefined ? "" : ` of process ${pid}`;
  if (connections === undefined) {
    const fix = "set conn_limit below the limit, so that senders get an answer where it is reached";
    return warning(check, `the limit${whose} is ${limit}, and conn_limit is 0, which is none`, fix);
  }
  const needed = connections + requests + reservedDescriptors;
  const sum = `conn_limit ${connections}, max_in_flight ${requests} and ${reservedDescriptors} for the rest`;
  if (limit >= needed) return ok(check, `the limit${whose} is ${limit}, enough for ${needed}: ${sum}`);
  const fix = `raise it to ${needed}: LimitNOFILE=${needed} in a systemd unit, --ulimit nofile=${needed} for a container, ulimit -n in a shell; or lower conn_limit`;
  return failed(check, `the limit${whose} is ${limit}, too low for ${needed}: ${sum}`, fix);
}

// The soft limit. Bun raises its own to the hard one when it starts, so this process shows what run would have.
function openFilesLimit(pid: number | undefined): number | undefined {
  try {
    const limits = readFileSync(`/proc/${pid ?? "self"}/limits`, "utf8");
    const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
    return soft === "unlimited" ? Number.MAX_SAFE_INTEGER : soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/** A clock that is further off is warned about, and one that is much further makes profiles be refused. */
const warnSkewMs = 30_000;
const failSkewMs = 5 * 60_000;

/**
 * Whether this machine's clock agrees with others'.
 *
 * @param aheadMs how far each server's clock is ahead, by the server's name.
 */
export function checkClock(aheadMs: ReadonlyMap<string, number>): Finding {
  const check = "clock";
  const furthest = [...aheadMs].toSorted(([, one], [, other]) => Math.abs(other) - Math.abs(one))[0];
  if (furthest === undefined) return skipped(check, "no server told its time");
  const [server, ms] = furthest;
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (Math.abs(ms) < warnSkewMs) return ok(check, `within ${Math.max(1, seconds)} s of ${server}`);
  const detail = `${seconds} s ${ms > 0 ? "behind" : "ahead of"} ${server}`;
  const fix =
    "set it by NTP: systemd-timesyncd or chrony; where it is right, the server's is wrong. Pyroscope refuses profiles too far from its own time";
  return Math.abs(ms) < failSkewMs ? warning(check, detail, fix) : failed(check, detail, fix);
}

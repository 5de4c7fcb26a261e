import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where state is kept when nothing else is said: systemd's StateDirectory, else the user's state folder
 * (https://specifications.freedesktop.org/basedir-spec/latest/); never the working folder.
 */
export function defaultStoragePath(environment: Readonly<Record<string, string | undefined>>): string {
  // systemd separates several state directories by colons; the first is ours.
  const systemd = environment["STATE_DIRECTORY"]?.split(":")[0];
  if (systemd !== undefined && systemd !== "") return systemd;
  const local = environment["LOCALAPPDATA"];
  if (process.platform === "win32" && local !== undefined) return join(local, "pyroduct");
  const state = environment["XDG_STATE_HOME"];
  const base = state === undefined || state === "" ? join(homedir(), ".local", "state") : state;
  return join(base, "pyroduct");
}

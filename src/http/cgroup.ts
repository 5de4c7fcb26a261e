import { readFileSync } from "node:fs";
import { join } from "node:path";

const cgroupRoot = "/sys/fs/cgroup";

/** A file of a controller that holds a limit, by its names in both versions of cgroups. */
export interface CgroupFile {
  /** `memory`, `cpu`. */
  readonly controller: string;
  readonly v2: string;
  readonly v1: string;
}

/** The content of the files that may hold a limit of this process, from the outermost group on. */
export function readCgroupFiles(file: CgroupFile): { readonly path: string; readonly text: string }[] {
  const paths = cgroupFiles(readText("/proc/self/cgroup"), file);
  return paths.map((path) => ({ path, text: readText(path).trim() }));
}

/**
 * The files that may hold a limit, for the content of /proc/self/cgroup. In a container the group's path is often
 * the host's, and the limit stands at the root of what the container sees; every group above limits too.
 */
export function cgroupFiles(cgroups: string, { controller, v2, v1 }: CgroupFile): string[] {
  return cgroups.split("\n").flatMap((line) => {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    const [, controllers = "", path = "/"] = match ?? [];
    if (match === null) return [];
    if (controllers === "") return withParents(path).map((group) => join(cgroupRoot, group, v2));
    if (!controllers.split(",").includes(controller)) return [];
    return withParents(path).map((group) => join(cgroupRoot, controller, group, v1));
  });
}

function withParents(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return ["/", ...parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`)];
}

/** The content of a file; empty where it can't be read. */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

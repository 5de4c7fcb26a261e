import { expect, test } from "bun:test";
import { homedir } from "node:os";
import { join } from "node:path";
import { defaultStoragePath } from "../../src/cli/storage_path.ts";

test.each<[Readonly<Record<string, string>>, string]>([
  [{ STATE_DIRECTORY: "/var/lib/pyroduct" }, "/var/lib/pyroduct"],
  [{ STATE_DIRECTORY: "/var/lib/one:/var/lib/two" }, "/var/lib/one"],
  [{ STATE_DIRECTORY: "/var/lib/pyroduct", XDG_STATE_HOME: "/x" }, "/var/lib/pyroduct"],
  [{ XDG_STATE_HOME: "/home/u/state" }, "/home/u/state/pyroduct"],
  [{ STATE_DIRECTORY: "", XDG_STATE_HOME: "" }, join(homedir(), ".local", "state", "pyroduct")],
  [{}, join(homedir(), ".local", "state", "pyroduct")],
])("with %j state lies in %s", (environment, path) => {
  expect(defaultStoragePath(environment)).toBe(path);
});

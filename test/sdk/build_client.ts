import { cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { logTail, runChild } from "./child.ts";
import type { SdkClient } from "./clients.ts";

/** What building a client needs to know of it. */
export type BuildableClient = Pick<SdkClient, "name" | "pin" | "probes" | "build">;

/** A client that can run, lies without its toolchain, or could not be built. */
export type BuiltClient =
  | { readonly state: "ready"; readonly folder: string }
  | { readonly state: "skipped" | "failed"; readonly reason: string };

const PROBE_TIMEOUT_MS = 60_000;
const BUILD_TIMEOUT_MS = 240_000;

/** What the toolchain says of itself, or the reason why it cannot be used. */
async function probe(
  client: BuildableClient,
  source: string,
  logFile: string,
): Promise<{ says: string } | { lacks: string }> {
  const says: string[] = [];
  for (const argv of client.probes) {
    const problem = await runChild(argv, { cwd: source, logFile, timeoutMs: PROBE_TIMEOUT_MS });
    const output = await logTail(logFile, 3);
    if (problem !== undefined) return { lacks: `${argv.join(" ")}: ${output === "" ? problem : output}` };
    says.push(output);
  }
  return { says: says.join("\n") };
}

async function sourceDigest(source: string, salt: string): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256").update(salt);
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hasher.update(file).update(await Bun.file(file).bytes());
  return hasher.digest("hex");
}

/** The version of the SDK that a client pins. */
export async function pinnedVersion(client: BuildableClient, source: string): Promise<string> {
  const match = client.pin.pattern.exec(await Bun.file(join(source, client.pin.file)).text());
  if (match?.[1] === undefined) throw new Error(`${client.name}: no version in ${client.pin.file}`);
  return match[1];
}

/**
 * Builds a client in a folder of its own below `buildFolder`, from the sources in `source`. Where neither
 * they nor the toolchain changed since the last time, it is taken as it is.
 */
export async function buildClient(
  client: BuildableClient,
  source: string,
  buildFolder: string,
): Promise<BuiltClient> {
  const folder = join(buildFolder, client.name);
  await mkdir(folder, { recursive: true });
  const logFile = join(buildFolder, `${client.name}.build.log`);
  const toolchain = await probe(client, source, logFile);
  if ("lacks" in toolchain) return { state: "skipped", reason: `no toolchain: ${toolchain.lacks}` };

  const stamp = Bun.file(join(folder, ".built"));
  const digest = await sourceDigest(
    source,
    [toolchain.says, folder, JSON.stringify(client.build)].join("\n"),
  );
  if ((await stamp.exists()) && (await stamp.text()) === digest) return { state: "ready", folder };
  // Built in a copy, so that lock files and artifacts stay out of the source tree.
  await cp(source, folder, { recursive: true });
  for (const argv of client.build) {
    const problem = await runChild(argv, { cwd: folder, logFile, timeoutMs: BUILD_TIMEOUT_MS });
    if (problem !== undefined) {
      return { state: "failed", reason: `${argv.join(" ")}: ${problem}\n${await logTail(logFile)}` };
    }
  }
  await stamp.write(digest);
  return { state: "ready", folder };
}

import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { TemporaryFolder } from "../base/temporary_folder.ts";
import { PyroductRun } from "../cli/pyroduct_run.ts";
import { readBlocks } from "../readme/markdown.ts";
import { repository } from "../readme/step.ts";

const blocks = readBlocks(await Bun.file(join(repository, "README.md")).text());

/** What stands in a test in place of what a recipe names. */
export interface Places {
  /** URLs and addresses, as they stand in README, with what is there in the test. */
  readonly addresses: Readonly<Record<string, string>>;
  /** The contents of the files below /etc and /run/secrets, by their names without folders. */
  readonly files?: Readonly<Record<string, string>>;
}

/** How a recipe is run. */
export interface RecipeOptions extends Places {
  /** Further arguments of `run`. */
  readonly arguments?: readonly string[];
  /** Further environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A block of README by its first line, such as `# drop.yaml`. */
export function recipeText(firstLine: string): string {
  const found = blocks.filter(({ lines }) => lines[0] === firstLine);
  if (found.length !== 1) throw new Error(`README has ${found.length} blocks that begin with ${firstLine}`);
  return found[0]?.lines.join("\n") ?? "";
}

/**
 * A recipe's text with the places of a test: the only things that are changed in it. The ports that it listens on are
 * chosen by the system, and its files lie in `folder`.
 *
 * @throws where the text lacks an address that is to be replaced, or names one that is not.
 */
export function placedText(text: string, { addresses, files = {} }: Places, folder: TemporaryFolder): string {
  for (const [name, content] of Object.entries(files)) writeFileSync(folder.file(name), content);
  const missing = Object.keys(addresses).filter((address) => !text.includes(address));
  if (missing.length > 0) throw new Error(`the recipe does not name ${missing.join(", ")}`);
  // All at once, the longest first, so that nothing that was put in is looked at again.
  const longestFirst = Object.keys(addresses).toSorted((one, other) => other.length - one.length);
  const patterns = [
    ...longestFirst.map((address) => RegExp.escape(address)),
    String.raw`https?://[^\s"']+`,
    String.raw`(?<=listen_address: )[\w.]+`,
    String.raw`(?<=listen_port: )\d+`,
    String.raw`/(?:etc/pyroduct|etc/nginx|run/secrets)/[\w.-]+`,
  ];
  return text.replaceAll(new RegExp(patterns.join("|"), "g"), (found) => {
    const address = addresses[found];
    if (address !== undefined) return address;
    if (found.startsWith("/")) return folder.file(basename(found));
    if (found.startsWith("http")) throw new Error(`the recipe sends to ${found}, which no test may`);
    return /^\d+$/.test(found) ? "0" : "127.0.0.1";
  });
}

/** Starts pyroduct with the configuration that README has under this name. */
export function startRecipe(name: string, options: RecipeOptions): PyroductRun {
  return new PyroductRun(
    (folder) => {
      writeFileSync(folder.file(name), placedText(recipeText(`# ${name}`), options, folder));
      const flags = ["--server.http.listen-addr=127.0.0.1:0", `--storage.path=${folder.file("storage")}`];
      return ["run", folder.file(name), ...flags, ...(options.arguments ?? [])];
    },
    undefined,
    () => options.environment ?? {},
  );
}

/** The base URL of a recipe's receiver, once it listens. */
export async function receiverOf(run: PyroductRun): Promise<string> {
  return `http://${await run.address("pyroscope.receive_http.default")}`;
}

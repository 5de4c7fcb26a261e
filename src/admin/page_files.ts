import { type StaticFile, staticFile } from "./static_file.ts";
import page from "./ui/index.html";

/** What the import of a page becomes in an executable: a list of what Bun's bundler made of it. */
interface BundledPage {
  readonly files: readonly {
    readonly path: string;
    readonly loader: string;
    readonly headers: Readonly<Record<string, string>>;
  }[];
}

/**
 * The page and its scripts and styles, by their paths on the server. In an executable they are bundled already;
 * from source Bun bundles them now.
 *
 * @throws AggregateError where the source can't be bundled.
 */
export function readPageFiles(): Promise<ReadonlyMap<string, StaticFile>> {
  return isBundled(page) ? embedded(page) : bundle(page.index);
}

function isBundled(imported: unknown): imported is BundledPage {
  return typeof imported === "object" && imported !== null && "files" in imported;
}

async function embedded({ files }: BundledPage): Promise<ReadonlyMap<string, StaticFile>> {
  const read = files.map(async ({ path, loader, headers }): Promise<[string, StaticFile]> => {
    const name = loader === "html" ? "" : (path.split(/[\\/]/).at(-1) ?? "");
    const contentType = headers["content-type"] ?? "application/octet-stream";
    return [`/${name}`, staticFile(await Bun.file(path).bytes(), contentType)];
  });
  return new Map(await Promise.all(read));
}

async function bundle(entry: string): Promise<ReadonlyMap<string, StaticFile>> {
  // What the build of an executable does with the page, so that both are the same.
  const { outputs } = await Bun.build({
    entrypoints: [entry],
    minify: true,
    publicPath: "/",
    target: "browser",
  });
  const read = outputs.map(async (output): Promise<[string, StaticFile]> => {
    const name = output.path.endsWith(".html") ? "" : output.path.replace(/^\.\//, "");
    return [`/${name}`, staticFile(new Uint8Array(await output.arrayBuffer()), output.type)];
  });
  return new Map(await Promise.all(read));
}

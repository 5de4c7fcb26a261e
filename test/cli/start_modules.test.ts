import { expect, test } from "bun:test";
import { dirname, join, relative, resolve } from "node:path";

/** Modules of Node's that took from one to six milliseconds each of a start that takes about fifty. */
const slowModules = ["crypto", "dns", "http", "http2", "https", "inspector", "net", "stream", "tls", "zlib"];

const source = resolve(import.meta.dir, "../../src");

/** What a file imports as soon as it is loaded; types and what it loads later are not among it. */
async function importsOf(path: string): Promise<string[]> {
  const transpiler = new Bun.Transpiler({ loader: "ts" });
  return transpiler
    .scanImports(await Bun.file(path).text())
    .filter(({ kind }) => kind === "import-statement")
    .map(({ path }) => path);
}

/** Every file that is loaded with the first, and what each imports that is no such file. */
async function loadedWith(first: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const loaded = new Map<string, readonly string[]>();
  const files = [first];
  for (let file = files.pop(); file !== undefined; file = files.pop()) {
    if (loaded.has(file)) continue;
    const imports = file.endsWith(".ts") ? await importsOf(file) : [];
    loaded.set(
      file,
      imports.filter((path) => !path.startsWith(".")),
    );
    const folder = dirname(file);
    files.push(...imports.filter((path) => path.startsWith(".")).map((path) => join(folder, path)));
  }
  return loaded;
}

test("a start of run loads none of Node's slow modules", async () => {
  const loaded = await loadedWith(join(source, "cli/program.ts"));
  const slow = [...loaded].flatMap(([file, imports]) =>
    imports
      .filter((name) => slowModules.includes(name.replace(/^node:/, "").replace(/\/.*$/, "")))
      .map((name) => `${relative(source, file)} imports ${name}`),
  );
  expect(slow).toEqual([]);
  // The receiver is among what was looked at.
  expect([...loaded.keys()].map((file) => relative(source, file))).toContain("receive_http/serve.ts");
});

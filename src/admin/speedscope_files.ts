import icon from "speedscope/dist/release/favicon-16x16-VSI62OPJ.png" with { type: "file" };
import largeIcon from "speedscope/dist/release/favicon-32x32-3EB2YCUY.png" with { type: "file" };
import oldIcon from "speedscope/dist/release/favicon-FOKUP5Y5.ico" with { type: "file" };
import page from "speedscope/dist/release/index.html" with { type: "file" };
import jfrReader from "speedscope/dist/release/jfrview_bg-BLJXNNQB.wasm" with { type: "file" };
import example from "speedscope/dist/release/perf-vertx-stacks-01-collapsed-all-ZNUIGAJL.txt" with {
  type: "file",
};
import font from "speedscope/dist/release/SourceCodePro-Regular.ttf-ILST5JV6.woff2" with { type: "file" };
import style from "speedscope/dist/release/speedscope-GHPHNKXC.css" with { type: "file" };
import script from "speedscope/dist/release/speedscope-Y2522XSH.js" with { type: "file" };
import { type StaticFile, staticFile } from "./static_file.ts";

/** The files of speedscope's release by the names that they have for one another: a page that shows profiles. */
const files: Readonly<Record<string, readonly [path: string, contentType: string]>> = {
  // Bun's types know an HTML file as a page to bundle alone; imported as a file it is a path like the others.
  "": [page as unknown as string, "text/html;charset=utf-8"],
  "speedscope-Y2522XSH.js": [script, "text/javascript;charset=utf-8"],
  "speedscope-GHPHNKXC.css": [style, "text/css;charset=utf-8"],
  "SourceCodePro-Regular.ttf-ILST5JV6.woff2": [font, "font/woff2"],
  "jfrview_bg-BLJXNNQB.wasm": [jfrReader, "application/wasm"],
  "perf-vertx-stacks-01-collapsed-all-ZNUIGAJL.txt": [example, "text/plain;charset=utf-8"],
  "favicon-16x16-VSI62OPJ.png": [icon, "image/png"],
  "favicon-32x32-3EB2YCUY.png": [largeIcon, "image/png"],
  "favicon-FOKUP5Y5.ico": [oldIcon, "image/x-icon"],
};

/**
 * What speedscope's page may do. Its styles are rules that it adds to an empty style element, which the hash of
 * no text lets it have; JFR is read by WebAssembly.
 */
export const speedscopePolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

/** Reads speedscope's file of that name, the page itself for none; undefined where it has no such file. */
export async function readSpeedscopeFile(name: string): Promise<StaticFile | undefined> {
  const file = Object.hasOwn(files, name) ? files[name] : undefined;
  return file && staticFile(await Bun.file(file[0]).bytes(), file[1]);
}

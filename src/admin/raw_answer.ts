import type { RawPart } from "./store/part_queries.ts";

/** What a stranger's bytes are called and how they are served. */
export interface RawFile {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  readonly contentType: string;
  readonly contentEncoding?: string;
}

/** A stranger's bytes: the browser must neither guess what they are nor show them. */
export function rawAnswer({ bytes, fileName, contentType, contentEncoding = "" }: RawFile): Response {
  const headers = new Headers({
    "Content-Type": contentType,
    "Content-Disposition": `attachment; filename="${safeName(fileName)}"`,
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox",
  });
  if (contentEncoding !== "") headers.set("Content-Encoding", contentEncoding);
  return new Response(bytes as Uint8Array<ArrayBuffer>, { headers });
}

/** By format: what a file's name ends with, and what it is served as. */
const formats: Readonly<Record<RawPart["format"], readonly [extension: string, contentType: string]>> = {
  pprof: ["pprof", "application/octet-stream"],
  jfr: ["jfr", "application/octet-stream"],
  folded: ["folded", "text/plain; charset=utf-8"],
  json: ["json", "application/json"],
  unknown: ["bin", "application/octet-stream"],
};

/** One part of a profile, named by what it holds. */
export function partAnswer(part: RawPart, id: string): Response {
  const [extension, contentType] = formats[part.format];
  const suffix = part.name === "body" || part.name === "profile" ? "" : `-${part.name}`;
  return rawAnswer({ bytes: part.bytes, fileName: `${id}${suffix}.${extension}`, contentType });
}

/** Names come from strangers too. */
function safeName(name: string): string {
  return name.replaceAll(/[^a-z0-9._-]/gi, "").slice(-128);
}

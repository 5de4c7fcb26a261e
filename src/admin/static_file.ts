/** A file that the admin server hands out as it is. */
export interface StaticFile {
  readonly contentType: string;
  readonly content: Uint8Array<ArrayBuffer>;
  /** The content's hash in quotes, as the header wants it. */
  readonly etag: string;
}

/** Makes a file of its content. */
export function staticFile(content: Uint8Array<ArrayBuffer>, contentType: string): StaticFile {
  const digest = new Bun.CryptoHasher("sha256").update(content);
  return { content, contentType, etag: `"${digest.digest("base64url").slice(0, 22)}"` };
}

/**
 * Answers with the file, or with 304 where the browser has it already.
 *
 * @param headers what else the answer carries.
 */
export function serveStaticFile(
  request: Request,
  file: StaticFile,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const all = {
    ETag: file.etag,
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    ...headers,
  };
  if (request.headers.get("If-None-Match") === file.etag)
    return new Response(null, { status: 304, headers: all });
  return new Response(file.content, { headers: { ...all, "Content-Type": file.contentType } });
}

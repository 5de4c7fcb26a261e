import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { HeaderPair } from "./http_message_reader.ts";
import { pushPath } from "./push_message.ts";
import type { RawRequest } from "./raw_request.ts";

/** A request as an SDK sent it. */
export interface Capture {
  /** SDK and number. */
  readonly name: string;
  readonly isPush: boolean;
  /** What it is sent as here. */
  readonly request: RawRequest & { readonly headers: readonly HeaderPair[]; readonly body: Uint8Array };
}

interface CaptureFile {
  readonly method: string;
  readonly target: string;
  readonly http_version: string;
  readonly transfer: { readonly coding: string; readonly chunk_sizes_head?: readonly number[] };
  readonly headers: readonly HeaderPair[];
}

/** These are about the connection and the framing, which are different here. */
const framingHeaders = new Set(["host", "content-length", "transfer-encoding"]);

/** Reads the captures that are to be replayed: HTTP/1.1 to /ingest and Push, under whatever base path. */
export function loadCaptures(): Capture[] {
  const folder = join(import.meta.dir, "captures");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".json"))
    .toSorted()
    .flatMap((file) => readCapture(folder, file.slice(0, -".json".length)));
}

function readCapture(folder: string, name: string): Capture[] {
  const file = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as CaptureFile;
  const [path = "", ...query] = file.target.split("?");
  const known = ["/ingest", pushPath].find((end) => path.endsWith(end));
  if (known === undefined || file.http_version !== "HTTP/1.1") return [];
  // Under a base path SDKs have been seen to double the slash: pyroduct has no base path, but gets the slashes.
  const target = [path === known ? known : `/${known}`, ...query].join("?");
  const isChunked = file.transfer.coding === "chunked";
  const request = {
    method: file.method,
    target,
    headers: file.headers.filter(([header]) => !framingHeaders.has(header.toLowerCase())),
    body: readFileSync(join(folder, `${name}.body`)),
    ...(isChunked && { chunkSizes: (file.transfer.chunk_sizes_head ?? []).filter((size) => size > 0) }),
  };
  return [{ name, isPush: known === pushPath, request }];
}

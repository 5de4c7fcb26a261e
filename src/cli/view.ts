import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { readSpeedscopeFile, speedscopePolicy } from "../admin/speedscope_files.ts";
import { serveStaticFile } from "../admin/static_file.ts";
import { CodedError, messageOf } from "../base/failure.ts";
import { isGzip, profileFormatOf } from "../profile/profile_format.ts";

/** The largest profile that is opened, decompressed, in bytes: speedscope has it all in the browser's memory. */
const maxBytes = 1024 ** 3;

/** How `pyroduct view` opens what it shows. */
export interface ViewOptions {
  readonly path: string;
  /** Whether to open the browser. */
  readonly isOpening: boolean;
}

/**
 * Shows one profile as a flame graph in the browser until a signal ends it: a server on a loopback address and a
 * port of the system's choice, under a path that nobody can guess, so that other users of the machine see nothing.
 *
 * @returns the exit status.
 * @throws CodedError where the file can't be read or is no profile.
 */
export async function view({ path, isOpening }: ViewOptions): Promise<number> {
  const profile = readProfile(path);
  const ended = Promise.withResolvers<void>();
  process.once("SIGINT", ended.resolve);
  process.once("SIGTERM", ended.resolve);
  const secret = `/${crypto.randomUUID()}/`;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => answer(request, secret, profile),
  });
  try {
    const title = encodeURIComponent(basename(path));
    const url = `http://127.0.0.1:${server.port}${secret}#profileURL=profile&title=${title}`;
    process.stdout.write(`${path} as a flame graph: ${url}\nCtrl-C ends it.\n`);
    if (isOpening) openBrowser(url);
    await ended.promise;
    return 0;
  } finally {
    await server.stop(true);
  }
}

/** Reads a profile, decompressed; refuses what is none that a flame graph can be made of. */
function readProfile(path: string): Uint8Array<ArrayBuffer> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(readFileSync(path));
    if (isGzip(bytes)) bytes = new Uint8Array(gunzipSync(bytes, { maxOutputLength: maxBytes }));
  } catch (thrown) {
    throw new CodedError("invalid_argument", `can't read ${path}: ${messageOf(thrown)}`);
  }
  const format = profileFormatOf(bytes);
  if (format === "pprof" || format === "jfr" || format === "folded") return bytes;
  throw new CodedError("invalid_argument", `${path} is no profile: expected pprof, JFR or folded stacks`);
}

async function answer(request: Request, secret: string, profile: Uint8Array<ArrayBuffer>): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (!pathname.startsWith(secret)) return new Response("404 page not found\n", { status: 404 });
  const name = pathname.slice(secret.length);
  if (name === "profile") {
    return new Response(profile, {
      headers: {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": "attachment",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
      },
    });
  }
  const file = await readSpeedscopeFile(name);
  if (file === undefined) return new Response("404 page not found\n", { status: 404 });
  return serveStaticFile(request, file, { "Content-Security-Policy": speedscopePolicy });
}

/** The programs that open a URL in the user's browser. */
const openers: Partial<Readonly<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["open"],
  linux: ["xdg-open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

// Where there is no browser, or none that can be started from here, the URL has been printed.
function openBrowser(url: string): void {
  const [program, ...args] = openers[process.platform] ?? [];
  if (program === undefined || Bun.which(program) === null) return;
  Bun.spawn([program, ...args, url], { stdin: "ignore", stdout: "ignore", stderr: "ignore" }).unref();
}

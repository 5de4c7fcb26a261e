import { join, resolve } from "node:path";
import { pushPath } from "../wire/push_message.ts";
import { message } from "./push_samples.ts";

const root = resolve(import.meta.dir, "../..");

/** How a run of `buf curl` ended. */
export interface BufCurlResult {
  /** 0, or gRPC's code times eight. */
  readonly status: number;
  /** The answer's message in JSON. */
  readonly answer: string;
  /** What it says of the connection and of errors. */
  readonly says: string;
}

/**
 * Calls Push with `buf curl`, which speaks gRPC, gRPC-Web and Connect.
 *
 * @param baseUrl with `http:` HTTP/1.1 is spoken unless the flags say otherwise, with `https:` what TLS agrees on.
 */
export async function bufCurl(
  baseUrl: string,
  profile: Uint8Array,
  flags: readonly string[],
): Promise<BufCurlResult> {
  const data = JSON.stringify(message(profile), (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
  );
  const buf = [
    process.execPath,
    join(root, "node_modules/.bin/buf"),
    "curl",
    "--schema",
    join(root, "proto"),
  ];
  const child = Bun.spawn([...buf, ...flags, "--verbose", "--data", "@-", baseUrl + pushPath], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NO_PROXY: "127.0.0.1" },
    stdin: Buffer.from(data),
    stdout: "pipe",
    stderr: "pipe",
    timeout: 20_000,
  });
  const [answer, says, status] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { status, answer: answer.trim(), says };
}

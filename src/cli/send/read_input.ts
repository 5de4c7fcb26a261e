import { accessSync, constants, statSync } from "node:fs";
import { formatByteSize } from "../../base/byte_size.ts";
import { CodedError, messageOf, systemCodeOf } from "../../base/failure.ts";
import { fileProblem } from "../../component/argument_checks.ts";

/** The largest file that is sent; the largest body that a pyroduct takes by default is 64 MiB. */
const maxBytes = 256 * 2 ** 20;

/** Why a file can't be read, with what to do; undefined where it can. `-` is standard input. */
export function unreadable(file: string): string | undefined {
  if (file === "-") return undefined;
  try {
    accessSync(file, constants.R_OK);
    return statSync(file).isDirectory() ? worded(file, "EISDIR") : undefined;
  } catch (thrown) {
    return worded(file, systemCodeOf(thrown));
  }
}

/**
 * Reads a whole file.
 *
 * @throws CodedError where it is too large or can't be read.
 */
export async function readInput(file: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  try {
    const stream = file === "-" ? Bun.stdin.stream() : Bun.file(file).stream();
    for await (const chunk of stream) {
      total += chunk.byteLength;
      if (total > maxBytes) break;
      chunks.push(chunk);
    }
  } catch (thrown) {
    throw new CodedError("unavailable", `it can't be read: ${messageOf(thrown)}`);
  }
  if (total <= maxBytes) return Buffer.concat(chunks);
  throw new CodedError(
    "resource_exhausted",
    `it is larger than ${formatByteSize(maxBytes)}: send a shorter profile`,
  );
}

function worded(file: string, code: string | undefined): string {
  const { message, fix } = fileProblem(code);
  return `${file}: ${message}${fix === undefined ? "" : `: ${fix}`}`;
}

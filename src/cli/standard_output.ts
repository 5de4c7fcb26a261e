import { systemCodeOf } from "../base/failure.ts";

/**
 * Writes to standard output and waits until all of it is out: a pipe takes 64 KiB at once, and what is left when the
 * process exits is lost.
 */
export function writeOut(content: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(content, (thrown) => {
      // A reader such as head(1) that has seen enough is no failure.
      if (thrown && systemCodeOf(thrown) !== "EPIPE") reject(thrown);
      else resolve();
    });
  });
}

import { systemCodeOf } from "../base/failure.ts";

/**
 * Ends a stream of the process and waits until all that was written to it is out: a pipe takes 64 KiB at once, and
 * what is left when the process exits is lost.
 *
 * @throws where something can't be written; a reader that has seen enough, such as head(1), is no failure.
 */
export function allWritten(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once("error", (error) => {
      if (systemCodeOf(error) === "EPIPE") resolve();
      else reject(error);
    });
    stream.end(() => resolve());
  });
}

import { type FSWatcher, readFileSync, watch } from "node:fs";
import { dirname } from "node:path";
import type { Clock, Timer } from "./clock.ts";

/** A file is looked at this often even where no event says that it changed. */
const lookEveryMs = 10_000;

/** An event may come while the file is still being written; then the end of it has no event of its own. */
const lookAgainMs = 200;

/**
 * Follows a file's content. The folder is watched rather than the file, so that a rename over it and
 * Kubernetes' swap of the `..data` link are seen; contents are compared, so that only a real change counts.
 */
export class WatchedFile {
  readonly path: string;
  readonly #clock: Clock;
  #content: string;
  #watcher: FSWatcher | undefined;
  #timer: Timer | undefined;
  #again: Timer | undefined;

  /** @throws where the file can't be read. */
  constructor(path: string, clock: Clock) {
    this.path = path;
    this.#clock = clock;
    this.#content = readFileSync(path, "utf8");
  }

  /** The content as last read. */
  get content(): string {
    return this.#content;
  }

  /** Begins to follow the file; `onChange` is called after each change. */
  start(onChange: (content: string) => void): void {
    const look = () => {
      const content = readIfPossible(this.path);
      if (content === undefined || content === this.#content) return;
      this.#content = content;
      onChange(content);
    };
    const lookLater = () => {
      this.#timer = this.#clock.schedule(lookEveryMs, () => {
        look();
        lookLater();
      });
    };
    lookLater();
    try {
      this.#watcher = watch(dirname(this.path), { persistent: false }, () => {
        look();
        this.#again?.cancel();
        this.#again = this.#clock.schedule(lookAgainMs, look);
      });
      // A folder that is taken away ends the events, not the looking.
      this.#watcher.on("error", () => this.#watcher?.close());
      // What changed between the first reading and now has no event.
      this.#again = this.#clock.schedule(lookAgainMs, look);
    } catch {
      // Where the system has no watches left the regular look must do.
      this.#watcher = undefined;
    }
  }

  stop(): void {
    this.#timer?.cancel();
    this.#again?.cancel();
    this.#watcher?.close();
  }
}

// In the middle of being replaced a file may be missing: the old content holds until it is back.
function readIfPossible(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

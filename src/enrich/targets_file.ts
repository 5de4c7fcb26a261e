import { readFileSync } from "node:fs";
import type { Clock } from "../base/clock.ts";
import { CodedError, messageOf } from "../base/failure.ts";
import { WatchedFile } from "../base/watched_file.ts";
import type { Target } from "./target_lookup.ts";
import { parseTargets, type TargetsResult } from "./targets_text.ts";

/** Reads a file of targets once. */
export function readTargets(path: string): TargetsResult {
  try {
    return parseTargets(path, readFileSync(path, "utf8"));
  } catch (thrown) {
    return { ok: false, problem: `can't be read: ${messageOf(thrown)}` };
  }
}

/** Told of what becomes of a file of targets. */
export interface TargetsFileObserver {
  /** It holds other targets now. */
  changed(file: TargetsFile): void;
  /** Its new content can't be read; the targets from before stay. */
  broken(file: TargetsFile, problem: string): void;
}

/** A file of targets that is followed. */
export class TargetsFile {
  readonly path: string;
  readonly #watched: WatchedFile;
  #targets: readonly Target[];

  /** @throws CodedError where the file can't be read, or holds no targets that can be. */
  constructor(path: string, clock: Clock) {
    this.path = path;
    this.#watched = watch(path, clock);
    const parsed = parseTargets(path, this.#watched.content);
    if (!parsed.ok) throw new CodedError("invalid_argument", `targets file ${path}: ${parsed.problem}`);
    this.#targets = parsed.targets;
  }

  /** The targets of the latest content that could be read. */
  get targets(): readonly Target[] {
    return this.#targets;
  }

  /** Begins to follow it. */
  start(observer: TargetsFileObserver): void {
    this.#watched.start((content) => {
      const parsed = parseTargets(this.path, content);
      if (!parsed.ok) {
        observer.broken(this, parsed.problem);
        return;
      }
      this.#targets = parsed.targets;
      observer.changed(this);
    });
  }

  stop(): void {
    this.#watched.stop();
  }
}

function watch(path: string, clock: Clock): WatchedFile {
  try {
    return new WatchedFile(path, clock);
  } catch (thrown) {
    throw new CodedError("invalid_argument", `targets file ${path} can't be read: ${messageOf(thrown)}`);
  }
}

import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for one test, gone at its end. */
export class TemporaryFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "pyroduct-enrich-"));

  /** The path of a file in it. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** Puts a file in place of what is there at once, as a rename does. */
  replace(name: string, content: string): string {
    writeFileSync(this.file(`.${name}.new`), content);
    renameSync(this.file(`.${name}.new`), this.file(name));
    return this.file(name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

/** Calls `isReached` until it says so; throws after `withinMs`. */
export async function eventually(
  isReached: () => boolean | Promise<boolean>,
  withinMs = 4000,
): Promise<void> {
  const endsAt = performance.now() + withinMs;
  while (!(await isReached())) {
    if (performance.now() > endsAt) throw new Error(`not reached within ${withinMs} ms`);
    await Bun.sleep(1);
  }
}

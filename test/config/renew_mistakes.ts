/** Writes what is said of each mistake anew, to be read through and committed: `bun run renew`. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { allMistakes, goldenNames } from "./mistakes.ts";

for (const name of goldenNames()) rmSync(join(import.meta.dir, "mistakes", name));
for (const { goldenPath, explained } of allMistakes()) writeFileSync(goldenPath, explained);

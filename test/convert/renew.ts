/** Writes what becomes of each configuration beside it. Read the difference before you keep it. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { convertFile, examples, namesIn, refused } from "./golden.ts";

for (const folder of [examples, refused]) {
  for (const name of namesIn(folder)) {
    const { converted, problems, summary } = convertFile(folder, name);
    writeFileSync(join(folder, `${name}.txt`), converted.problems.length > 0 ? problems : summary);
    const yaml = join(folder, `${name}.yaml`);
    if (converted.text === undefined) rmSync(yaml, { force: true });
    else writeFileSync(yaml, converted.text);
  }
}

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";

/** Where pictures are kept; `bun run screenshots` renews those of the README. */
const folder = process.env["SCREENSHOTS"] ?? join(import.meta.dir, "..", "..", "dist", "screenshots");

/** Keeps a picture of what is to be seen. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
}

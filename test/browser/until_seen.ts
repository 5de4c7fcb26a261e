import type { Locator } from "playwright-core";

/**
 * Sends until it is seen. What passes while the machine is busy may go unseen, since looking is bounded in time: then
 * a person sends again.
 */
export async function untilSeen(seen: Locator, send: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; attempt < 4; attempt += 1) {
    await send();
    const isSeen = await seen.waitFor({ timeout: 4000 }).then(
      () => true,
      () => false,
    );
    if (isSeen) return;
  }
  await send();
  await seen.waitFor();
}

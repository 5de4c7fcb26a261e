const lookFirstAfterMs = 5;
/** Long waits can do with fewer looks, some of which ask another process. */
const lookEveryMs = 25;

/** Resolves as soon as the condition holds; fails where it does not within `boundMs` milliseconds. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  boundMs = 4500,
): Promise<void> {
  const giveUpAt = performance.now() + boundMs;
  for (let lookAfterMs = lookFirstAfterMs; !(await condition()); lookAfterMs += 1) {
    if (performance.now() > giveUpAt) throw new Error(`${what} did not happen within ${boundMs} ms`);
    await Bun.sleep(Math.min(lookAfterMs, lookEveryMs));
  }
}

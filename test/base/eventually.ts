const lookEveryMs = 5;

/** Resolves as soon as the condition holds; fails where it does not within `boundMs` milliseconds. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  boundMs = 4500,
): Promise<void> {
  const giveUpAt = performance.now() + boundMs;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`${what} did not happen within ${boundMs} ms`);
    await Bun.sleep(lookEveryMs);
  }
}

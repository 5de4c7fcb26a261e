/**
 * The bound of a whole test, in milliseconds: more than the waits in it may take together, because `bun test` ends the
 * processes of a test that overruns, and with them those that other tests of its file share.
 */
export const testTimeoutMs = 40_000;

/** The promise's value, or an error that says what took longer than `timeoutMs` milliseconds. */
export async function withinMs<Value>(
  timeoutMs: number,
  what: string,
  promise: Promise<Value>,
): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} took longer than ${timeoutMs} ms`)), timeoutMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What `pending` comes to, or `onAbort` says where the signal aborts first; nobody listens to the signal afterwards.
 *
 * @param signal listened to only as long as needed, since signals are used again.
 * @throws what `pending` is rejected with, or `onAbort` throws.
 */
export function orAborted<Value>(
  pending: Promise<Value>,
  signal: AbortSignal,
  onAbort: () => Value,
): Promise<Value> {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  const abort = () => {
    try {
      resolve(onAbort());
    } catch (thrown) {
      reject(thrown);
    }
  };
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  pending.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  return promise;
}

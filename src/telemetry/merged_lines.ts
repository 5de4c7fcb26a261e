/** Where a line as `createLogger` writes it tells its time, in either format. */
const time = /^(?:ts=|\{"level":"[a-z]+","ts":")([0-9TZ:.-]+)/;

/** Lines of several logs as one, the oldest first. */
export function mergeLines(logs: readonly (readonly string[])[]): string[] {
  const timed = logs.flatMap((lines) => lines.map((line) => ({ line, at: time.exec(line)?.[1] ?? "" })));
  timed.sort((left, right) => (left.at === right.at ? 0 : left.at < right.at ? -1 : 1));
  return timed.map(({ line }) => line);
}

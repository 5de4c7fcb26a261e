/** A path and query as a person would write them, without what is encoded; as it is where it can't be read. */
export function readablePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

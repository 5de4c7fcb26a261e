/**
 * Where the module of a thread is: in the executable under its own name below src, which the build puts there, else
 * the source file itself.
 *
 * @param name its path below src, without the extension.
 * @param source the URL of its file.
 */
export function workerModule(name: string, source: string): string {
  return isCompiled() ? `./${name}.js` : source;
}

/** Whether this is the executable that the build makes, rather than the sources. */
export function isCompiled(): boolean {
  return /^(?:\/\$bunfs\/|[A-Z]:[\\/]~BUN[\\/])/.test(Bun.main);
}

/** A file, and the tests in it with the arguments that each of them uses. */
export type TestsOf = readonly (readonly [
  file: string,
  tests: readonly (readonly [test: string, paths: readonly string[]])[],
])[];

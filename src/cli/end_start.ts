/**
 * Has code be compiled as soon as usual from now on: an executable starts with a policy for code that runs once, as its
 * build says.
 */
export function endStart(): void {
  Bun.unsafe.setJITPolicy(1);
}

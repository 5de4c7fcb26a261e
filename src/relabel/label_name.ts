/** Whether Prometheus takes it for a label name without quoting. */
export function isLegacyName(name: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);
}

/**
 * Whether it is such a name, or one with references to groups (`$1`, `${name}`) in place of letters.
 *
 * Prometheus writes it as `^(?:(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))+\w*)+$`, which is the same in time that does
 * not explode.
 */
export function isLegacyNameTemplate(template: string): boolean {
  return /^(?![0-9])(?:\w|\$\w|\$\{\w+\})+$/.test(template);
}

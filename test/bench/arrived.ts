/** What has come to one address of the sink and been answered with 200. */
export interface Arrived {
  readonly requests: number;
  /** Of requests all in all: their lines, headers and bodies. */
  readonly bytes: number;
}

/**
 * Compares what arrived between two looks with what senders were told was taken.
 *
 * @param taken how many requests were answered with success. More may arrive: senders leave before their last answers.
 * @param profileBytes how many bytes of profiles each request had at least.
 * @returns what is missing, or undefined where nothing is.
 */
export function lossIn(
  before: Arrived,
  after: Arrived,
  taken: number,
  profileBytes: number,
): string | undefined {
  const requests = after.requests - before.requests;
  if (requests < taken) return `${taken - requests} of ${taken} did not arrive`;
  // With no request at all there is no size that one had to have.
  const missing = requests === 0 ? 0 : requests * profileBytes - (after.bytes - before.bytes);
  return missing > 0 ? `${missing} bytes of ${requests} profiles did not arrive` : undefined;
}

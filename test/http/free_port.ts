/** A port of 127.0.0.1 that nobody listened on a moment ago. */
export function freePort(): number {
  const socket = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { port } = socket;
  socket.stop(true);
  return port;
}

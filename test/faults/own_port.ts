import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that the system gives to connections, so that nobody takes one while its server is away. */
const ports = [10_000, 32_000] as const;

/** How many ports are tried. */
const tries = 20;

/** A port of 127.0.0.1 that is free, and that stays so for whoever means to leave it and come back. */
export async function ownPort(): Promise<number> {
  const [from, end] = ports;
  for (let left = tries; left > 0; left -= 1) {
    const port = from + Math.floor(Math.random() * (end - from));
    if (await isFree(port)) return port;
  }
  throw new Error(`none of ${tries} ports is free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    server.close();
    await once(server, "close");
    return true;
  } catch {
    return false;
  }
}

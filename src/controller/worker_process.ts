import type { MessageChannel } from "./message_channel.ts";

/** A process of a worker. */
export interface WorkerProcess {
  readonly pid: number;
  readonly channel: MessageChannel;
  /** Resolves once it has ended, to how: `exit status 1`, `SIGKILL`. */
  readonly ended: Promise<string>;
  /** Lets it end by itself: it notices that nobody speaks to it any more. */
  letGo(): void;
  /** Ends it at once. */
  kill(): void;
}

/**
 * Starts a worker as a process of its own, which writes its log to the same place as this one.
 *
 * @param command what starts it.
 */
export function spawnWorker(command: readonly string[]): WorkerProcess {
  const ended = Promise.withResolvers<string>();
  let receive: (message: unknown) => void = () => {};
  let isConnected = true;
  const child = Bun.spawn([...command], {
    // The environment holds what the configuration and OTEL_* refer to.
    env: process.env,
    stdio: ["ignore", "ignore", "inherit"],
    serialization: "advanced",
    ipc: (message) => receive(message),
    onDisconnect: () => {
      isConnected = false;
    },
    onExit: (_, status, signal, error) => {
      ended.resolve(error?.message ?? (signal === null ? `exit status ${status}` : nameOf(signal)));
    },
  });
  const channel: MessageChannel = {
    send: (message) => {
      try {
        child.send(message);
      } catch {
        // The channel is closed: so it is told by the end of the process.
      }
    },
    onMessage: (listener) => {
      receive = listener;
    },
    onClose: (listener) => void ended.promise.then(listener),
  };
  return {
    pid: child.pid,
    channel,
    ended: ended.promise,
    letGo: () => {
      if (isConnected) child.disconnect();
    },
    kill: () => child.kill("SIGKILL"),
  };
}

function nameOf(signal: number | string): string {
  return typeof signal === "string" ? signal : `signal ${signal}`;
}

import { connect, createServer, type Server, type Socket } from "node:net";
import { parseHttpMessages } from "./http_messages.ts";
import type { RecordedRequest } from "./recorded_request.ts";

/** A request of an SDK and what it was answered. */
export interface Exchange {
  readonly request: RecordedRequest;
  /** Undefined while there is no whole answer. */
  readonly answer: { readonly status: number; readonly body: Uint8Array } | undefined;
}

/** A listener that hands every byte on, both ways, and keeps a copy. */
export interface Relay {
  readonly port: number;
  /** All whole requests so far, connection by connection. */
  exchanges(): Exchange[];
  stop(): void;
}

interface Recording {
  readonly up: Buffer[];
  readonly down: Buffer[];
}

function pipe(from: Socket, to: Socket, copy: Buffer[]): void {
  from.on("data", (chunk: Buffer) => {
    copy.push(Buffer.from(chunk));
    to.write(chunk);
  });
  from.on("end", () => to.end());
  from.on("error", () => to.destroy());
  from.on("close", () => to.end());
}

function exchangesOf(recording: Recording): Exchange[] {
  const answers = parseHttpMessages(Buffer.concat(recording.down));
  return parseHttpMessages(Buffer.concat(recording.up)).map((message, i) => {
    const [method = "", target = ""] = message.startLine.split(" ");
    const answer = answers[i];
    return {
      request: {
        method,
        target,
        headers: new Headers(message.headers.map(([name, value]): [string, string] => [name, value])),
        body: message.body,
      },
      answer: answer && { status: Number(answer.startLine.split(" ")[1]), body: answer.body },
    };
  });
}

/**
 * Listens on a free port of 127.0.0.1 and forwards each connection to `port` there. It works on bytes, not on
 * requests, so that chunk sizes, header case and order reach pyroduct exactly as the SDK wrote them.
 */
export async function startRelay(port: number): Promise<Relay> {
  const recordings: Recording[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const recording: Recording = { up: [], down: [] };
    recordings.push(recording);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    }
    pipe(client, upstream, recording.up);
    pipe(upstream, client, recording.down);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the relay has no port");
  return {
    port: address.port,
    exchanges: () => recordings.flatMap(exchangesOf),
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

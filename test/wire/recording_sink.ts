import { STATUS_CODES } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { withinMs } from "./bounded.ts";
import { type HeaderPair, type HttpMessage, HttpMessageReader } from "./http_message_reader.ts";
import { Recording } from "./recording.ts";

/** What the sink does with one request; what is left out is 200, empty, at once. */
export interface SinkAnswer {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: readonly HeaderPair[];
  readonly delay_seconds?: number;
  /** Never answers, or breaks the connection with a reset. */
  readonly instead?: "hang" | "reset";
}

/** What the sink does from now on. */
export interface SinkScript {
  /** To the first, second, … request. */
  readonly answers?: readonly SinkAnswer[];
  /** To every request after those. */
  readonly otherwise?: SinkAnswer;
  /** The first so many connections that carry a request get no answer to anything, like a dead idle one. */
  readonly hangingConnections?: number;
}

/** A destination on 127.0.0.1 that answers as scripted and records each request as it was on the wire. */
export class RecordingSink implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #script: SinkScript = {};
  #recording = new Recording();

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => this.#accept(socket));
  }

  /** Listens on a free port. */
  static async start(script: SinkScript = {}): Promise<RecordingSink> {
    const server = createServer();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
    await promise;
    const sink = new RecordingSink(server);
    sink.script(script);
    return sink;
  }

  /** Its base URL, with no slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What it has seen since it was last scripted. */
  get recording(): Recording {
    return this.#recording;
  }

  /** Answers by this script from now on, into a new recording. */
  script(script: SinkScript): Recording {
    this.#script = script;
    this.#recording = new Recording();
    return this.#recording;
  }

  /** Closes the port and breaks every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const socket of this.#sockets) socket.destroy();
    await withinMs(5_000, "closing the sink", promise);
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const unanswered = new Set<() => void>();
    const reader = new HttpMessageReader("request", (message) => this.#take(socket, message, unanswered));
    socket.setNoDelay(true);
    socket.on("data", (bytes) => reader.push(bytes));
    // An error is followed by "close", which is where it counts.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#sockets.delete(socket);
      for (const cancel of unanswered) cancel();
    });
  }

  #take(socket: Socket, message: HttpMessage, unanswered: Set<() => void>): void {
    const script = this.#script;
    const { index, connection, cancel } = this.#recording.add(socket, message);
    unanswered.add(cancel);
    const answer = script.answers?.[index] ?? script.otherwise ?? {};
    if (connection < (script.hangingConnections ?? 0) || answer.instead === "hang") return;
    if (answer.instead === "reset") {
      socket.resetAndDestroy();
      return;
    }
    const send = () => {
      unanswered.delete(cancel);
      socket.write(encodeAnswer(answer));
    };
    const delayMs = (answer.delay_seconds ?? 0) * 1_000;
    if (delayMs === 0) {
      send();
      return;
    }
    const timer = setTimeout(send, delayMs);
    socket.once("close", () => clearTimeout(timer));
  }
}

function encodeAnswer(answer: SinkAnswer): Uint8Array {
  const status = answer.status ?? 200;
  const isBodiless = status === 204 || status === 304;
  const body = Buffer.from(isBodiless ? "" : (answer.body ?? ""));
  const length: HeaderPair[] = isBodiless ? [] : [["Content-Length", String(body.length)]];
  const headers = [...(answer.headers ?? []), ...length].map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${headers.join("")}\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

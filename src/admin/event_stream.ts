import type { Clock, Timer } from "../base/clock.ts";

/** Bytes that may wait for a client; one that is further behind misses events rather than filling the memory. */
const mostWaitingBytes = 512 * 1024;

/** How often something is sent at least, so that a dead connection shows and no proxy takes it for idle. */
const heartbeatMs = 15_000;

/** Streams that may be open at once. */
const mostStreams = 64;

/** What says nothing but that somebody is there. */
const comment = ":\n\n";

const encoder = new TextEncoder();

/** The streams of one server. */
export class EventStreams {
  readonly #clock: Clock;
  readonly #open = new Set<EventStream>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends all of them, as when their clients go. */
  close(): void {
    for (const stream of this.#open) stream.close();
  }

  /**
   * Answers with a stream of events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
   *
   * @param run begins to send events; what it returns is called when the client has gone.
   */
  open(request: Request, run: (stream: EventStream) => () => void): Response {
    if (this.#open.size >= mostStreams) {
      return new Response(`${mostStreams} streams are open already\n`, {
        status: 503,
        headers: { "Content-Type": "text/plain; charset=utf-8", "Retry-After": "5" },
      });
    }
    const stream = new EventStream(this.#clock, () => {
      this.#open.delete(stream);
      stop();
    });
    this.#open.add(stream);
    const stop = run(stream);
    if (request.signal.aborted) stream.close();
    else request.signal.addEventListener("abort", () => stream.close(), { once: true });
    return new Response(stream.body, {
      headers: { "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no" },
    });
  }
}

/** One stream of events to one client. */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly #clock: Clock;
  readonly #onClose: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #heartbeat: Timer | undefined;

  /** @param onClose called once, when the client has gone. */
  constructor(clock: Clock, onClose: () => void) {
    this.#clock = clock;
    this.#onClose = onClose;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => this.close(),
      },
      { highWaterMark: mostWaitingBytes, size: (chunk) => chunk?.byteLength ?? 0 },
    );
    // Headers leave with the first bytes, and the client must not wait for these until something happens.
    this.#write(comment);
    this.#beatLater();
  }

  /** Whether the client does not keep up: what it is sent now would only wait. */
  get isBehind(): boolean {
    return (this.#controller?.desiredSize ?? 0) <= 0;
  }

  /** Sends an event; its data is JSON on one line. Nothing happens once the client has gone. */
  send(event: string, json: string): void {
    this.#write(`event: ${event}\ndata: ${json}\n\n`);
  }

  /** Ends the stream, as when the client goes. */
  close(): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    this.#controller = undefined;
    this.#heartbeat?.cancel();
    this.#onClose();
    try {
      controller.close();
    } catch {
      // The client's going has closed it already.
    }
  }

  #write(text: string): void {
    this.#controller?.enqueue(encoder.encode(text));
  }

  #beatLater(): void {
    this.#heartbeat = this.#clock.schedule(heartbeatMs, () => {
      this.#write(comment);
      this.#beatLater();
    });
  }
}

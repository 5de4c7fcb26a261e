import { eventually } from "../base/eventually.ts";
import { type CollectedSpan, decodeSpans } from "./otlp_message.ts";

/** One export as it was received. */
export interface Export {
  readonly path: string;
  readonly headers: Headers;
  readonly spans: readonly CollectedSpan[];
}

/** An OTLP/HTTP collector on 127.0.0.1. */
export class OtlpCollector implements AsyncDisposable {
  readonly exports: Export[] = [];
  readonly #server: Bun.Server<undefined>;
  /** The status that exports are answered with; `hang` for never. */
  answer: number | "hang" = 200;

  constructor() {
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) => this.#take(request),
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  get spans(): CollectedSpan[] {
    return this.exports.flatMap(({ spans }) => spans);
  }

  /** The spans that `isWanted` picks, once there are `count` of them. */
  async collect(count: number, isWanted: (span: CollectedSpan) => boolean): Promise<CollectedSpan[]> {
    const wanted = () => this.spans.filter(isWanted);
    await eventually(`the arrival of ${count} spans`, () => wanted().length >= count);
    return wanted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }

  async #take(request: Request): Promise<Response> {
    const body = await request.bytes();
    const isGzip = request.headers.get("content-encoding") === "gzip";
    const spans = decodeSpans(isGzip ? Bun.gunzipSync(Buffer.from(body)) : body);
    this.exports.push({ path: new URL(request.url).pathname, headers: request.headers, spans });
    if (this.answer === "hang") return new Promise(() => {});
    return new Response(null, { status: this.answer });
  }
}

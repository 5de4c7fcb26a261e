import { messageOf } from "../base/failure.ts";
import type { InFlight } from "../base/in_flight.ts";
import type { HttpClient } from "../http/http_client.ts";
import type { DebugInfoPost, DebugInfoTarget } from "../profile/debug_info_target.ts";
import type { EndpointTarget } from "./endpoint_target.ts";
import type { WriteMetrics } from "./metrics.ts";
import type { EndpointArguments } from "./schema.ts";

/** What sending debug information to an endpoint needs. */
export interface DebugInfoEndpointParts {
  readonly componentId: string;
  readonly args: EndpointArguments;
  readonly target: EndpointTarget;
  readonly client: HttpClient;
  readonly metrics: WriteMetrics;
  readonly inFlight: InFlight;
  /** Aborts when the component must end, whatever is under way. */
  readonly ending: AbortSignal;
}

/** An endpoint as debug information sees it: one try, and the answer is the caller's to judge. */
export class DebugInfoEndpoint implements DebugInfoTarget {
  readonly #parts: DebugInfoEndpointParts;

  constructor(parts: DebugInfoEndpointParts) {
    this.#parts = parts;
  }

  get destination(): string {
    return `${this.#parts.componentId} ${this.#parts.target.label}`;
  }

  get callTimeoutMs(): number {
    return this.#parts.args.remote_timeout;
  }

  get uploadTimeoutMs(): number {
    return this.#parts.args.debug_info_upload_timeout;
  }

  async post(post: DebugInfoPost): Promise<Response> {
    const { metrics, inFlight } = this.#parts;
    inFlight.begin();
    try {
      return await this.#postTraced(post);
    } finally {
      inFlight.end();
      if (!(post.body instanceof Uint8Array)) metrics.debugInfoUploaded(post.body.bytes);
    }
  }

  async #postTraced({ path, headers, body, request, signal }: DebugInfoPost): Promise<Response> {
    const { target, client, ending } = this.#parts;
    const outgoing = { path, headers, request, deadlineHeaders: () => [] };
    const url = target.url(outgoing);
    const span = request.span?.startAttempt({ endpoint: target.label, url, attempt: 1, isHedge: false });
    try {
      const answer = await client.open(
        {
          url,
          headers: target.headers(outgoing, this.callTimeoutMs, span?.context),
          body: body instanceof Uint8Array ? body : body.chunks,
          // There is no second try, so none of the idle connections, which may be dead, is worth the risk.
          isFresh: true,
          transport: target.transport,
        },
        AbortSignal.any([signal, ending]),
      );
      span?.end({ type: "answer", status: answer.status });
      return answer;
    } catch (thrown) {
      span?.end(signal.aborted ? { type: "canceled" } : { type: "connection", text: messageOf(thrown) });
      throw thrown;
    }
  }
}

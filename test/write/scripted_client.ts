import { HttpClient, type PostRequest, type PostResult } from "../../src/http/http_client.ts";
import type { FakeClock } from "../base/fake_clock.ts";

/** What becomes of one POST: a result after so many milliseconds, or nothing ever. */
export interface Step {
  readonly afterMs?: number;
  readonly result?: PostResult;
}

/** One POST as it was asked for. */
export interface Call {
  readonly at: number;
  readonly request: PostRequest;
  /** How it ended; undefined while it is under way. */
  outcome: PostResult["type"] | undefined;
}

/** A client that sends nothing, and answers each POST as the script says. */
export class ScriptedClient extends HttpClient {
  readonly calls: Call[] = [];
  /** What becomes of each POST, in place of the script. */
  answers: ((request: PostRequest) => Step) | undefined;
  readonly #clock: FakeClock;
  readonly #script: readonly Step[];

  /** @param script what becomes of the first, second, … POST; the last one holds for all that follow. */
  constructor(clock: FakeClock, script: readonly Step[]) {
    super(clock);
    this.#clock = clock;
    this.#script = script;
  }

  /** When each POST was sent. */
  get times(): number[] {
    return this.calls.map(({ at }) => at);
  }

  override post(request: PostRequest): Promise<PostResult> {
    const step = this.answers?.(request) ?? this.#script[this.calls.length] ?? this.#script.at(-1) ?? {};
    const call: Call = { at: this.#clock.now(), request, outcome: undefined };
    this.calls.push(call);
    return new Promise((resolve) => {
      const finish = (result: PostResult) => {
        call.outcome ??= result.type;
        resolve(result);
      };
      const { result, afterMs = 0 } = step;
      this.#clock.schedule(request.timeoutMs, () => finish({ type: "timeout" }));
      request.abort.signal.addEventListener("abort", () => finish({ type: "canceled" }));
      if (request.abort.signal.aborted) finish({ type: "canceled" });
      else if (result !== undefined && afterMs === 0) finish(result);
      else if (result !== undefined) this.#clock.schedule(afterMs, () => finish(result));
    });
  }
}

/** An answer. */
export function answer(
  status: number,
  text = "",
  headers: Readonly<Record<string, string>> = {},
  afterMs = 0,
): Step {
  return { afterMs, result: { type: "answer", status, headers: new Headers(headers), text } };
}

/** Never an answer. */
export const hang: Step = {};

/** A connection that ends before any byte of an answer. */
export const reset: Step = { result: { type: "connection", text: "closed", isReset: true } };

/** A connection that does not come about. */
export const refused: Step = { result: { type: "connection", text: "connection refused", isReset: false } };

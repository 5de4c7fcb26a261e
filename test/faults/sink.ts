import { fromBinary } from "@bufbuild/protobuf";
import { PushRequestSchema } from "../../src/gen/push/v1/push_pb.ts";
import { type Numbered, readNumbered } from "./numbered.ts";
import type { Tally } from "./tally.ts";

/** What came to a destination in one request. */
export interface Arrival {
  readonly profiles: readonly Numbered[];
  readonly bytes: number;
  readonly authorization: string | null;
}

/** What a destination does with a request: an answer that is not its usual 200, or undefined. */
export type Behaviour = (arrival: Arrival) => Response | undefined | Promise<Response | undefined>;

/** A destination that takes profiles by /ingest and Push, and writes down the number of each one that it takes. */
export class Sink implements AsyncDisposable {
  readonly name: string;
  readonly #tally: Tally;
  readonly #server: Bun.Server<undefined>;
  /** Bodies that were no whole profile. */
  damaged = 0;
  /** Requests that came, taken or not. */
  requests = 0;
  behaviour: Behaviour = () => undefined;

  constructor(name: string, tally: Tally) {
    this.name = name;
    this.#tally = tally;
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      idleTimeout: 120,
      fetch: (request) => this.#take(request),
    });
  }

  get port(): number {
    return this.#server.port ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }

  async #take(request: Request): Promise<Response> {
    const body = await request.bytes();
    this.requests += 1;
    const found = bodiesIn(new URL(request.url).pathname, body).map(readNumbered);
    const profiles = found.filter((one) => one !== undefined);
    this.damaged += found.length - profiles.length;
    const arrival = { profiles, bytes: body.byteLength, authorization: request.headers.get("authorization") };
    const other = await this.behaviour(arrival);
    if (other !== undefined) return other;
    for (const { number } of profiles) this.#tally.deliver(this.name, number);
    return new Response(null, { status: 200, headers: { "content-type": "application/proto" } });
  }
}

function bodiesIn(path: string, body: Uint8Array): Uint8Array[] {
  if (path === "/ingest") return [body];
  return fromBinary(PushRequestSchema, body).series.flatMap(({ samples }) =>
    samples.map(({ rawProfile }) => rawProfile),
  );
}

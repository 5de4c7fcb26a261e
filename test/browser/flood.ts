import { samplePprof } from "../admin/pprof/sample_pprof.ts";
import { ingest } from "./send_profiles.ts";

const profile = samplePprof({ "main;work": 1e9 });
const tickMs = 20;

/** Sends so many profiles a second, one request each, until it is disposed of. */
export class Flood implements AsyncDisposable {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #start = performance.now();
  readonly #underWay = new Set<Promise<unknown>>();
  #sent = 0;
  #answered = 0;

  constructor(receiver: string, branches: number, perSecond: number) {
    this.#timer = setInterval(() => {
      const due = ((performance.now() - this.#start) / 1000) * perSecond - this.#sent;
      // Where the machine can't keep up, what was missed is not made up for: the rate tells.
      const count = Math.min(due, (perSecond / 1000) * tickMs * 4);
      for (let index = 0; index < count && this.#underWay.size < 500; index += 1) {
        this.#sent += 1;
        const name = `app{branch=${this.#sent % branches}}`;
        const sending = ingest(receiver, name, profile).then(() => {
          this.#answered += 1;
          this.#underWay.delete(sending);
        });
        this.#underWay.add(sending);
      }
    }, tickMs);
  }

  /** Profiles a second that were answered, since the start. */
  rate(): number {
    return this.#answered / ((performance.now() - this.#start) / 1000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }
}

import { configOf, type FaultBed, queuedEndpoint } from "../bed.ts";
import type { Scenario } from "../scenario.ts";
import type { Arrival, Behaviour } from "../sink.ts";

/** The limits of a Pyroscope tenant by default: 4 MB a second, 2 MB at once. */
const tenantBytesPerSecond = 4_000_000;
const tenantBurst = 2_000_000;

/**
 * The long form: an hour, as Pyroscope has it, and an outage of ten minutes; the short one is about a 60th. What comes
 * a second in the rush after it is more than the tenant may send, together with the backlog or by itself.
 */
const long = {
  oldestMs: 3_600_000,
  maxAge: "1h",
  outageMs: 600_000,
  perSecond: 60,
  rushMs: 60_000,
  rushPerSecond: 250,
};
const short = {
  oldestMs: 60_000,
  maxAge: "1m",
  outageMs: 10_000,
  perSecond: 150,
  rushMs: 5000,
  rushPerSecond: 350,
};

/** A destination with a tenant's limits of rate and age, after an outage. */
export const tenant: Scenario = {
  name: "tenant",
  fault: "an outage of a destination that takes 4 MB/s with bursts of 2 MB and refuses old profiles",
  run,
};

async function run(bed: FaultBed): Promise<void> {
  const { oldestMs, maxAge, outageMs, rushMs, perSecond, rushPerSecond } = bed.form(short, long);
  const sink = bed.sink("a");
  const limits = new TenantLimits(oldestMs);
  sink.behaviour = limits.behaviour;
  const link = await bed.link(sink);
  // The drain rate is the default here: it has to fit beside what comes meanwhile.
  const queue = { drain_rate: "2MB/s", max_age: maxAge };
  await bed.start(configOf([queuedEndpoint("a", link.url, { max_backoff_period: "5m" }, queue)]));
  const bytes = [2000, 18_000] as const;
  await link.become("gone");
  await bed.senders({ perSecond, bytes }).sendFor(outageMs);
  const backlog = (await bed.queues())[0];
  await link.become("whole");
  const drainingFrom = performance.now();
  await bed.senders({ perSecond: rushPerSecond, bytes }).sendFor(rushMs);
  await bed.drained(outageMs * 3 + 60_000);
  const seconds = (performance.now() - drainingFrom) / 1000;
  const megabytes = (backlog?.bytes ?? 0) / 1e6;
  bed.notes.push(
    `${backlog?.profiles} profiles, ${megabytes.toFixed(1)} MB, after ${outageMs / 1000} s; sent within ${seconds.toFixed(1)} s`,
    `${limits.throttled} requests were answered with 429, ${limits.refused} with 400 for their age`,
  );
  bed.dropped = await bed.droppedByReason();
  bed.expect(limits.throttled > 0, "the tenant's limit was never reached, so nothing is shown");
  bed.expect(limits.refused === 0, `${limits.refused} profiles came too late`);
  bed.expect(Object.keys(bed.dropped).length === 0, "profiles were dropped although there was time enough");
}

class TenantLimits {
  readonly #oldestMs: number;
  #bytes = tenantBurst;
  #filledAt = performance.now();
  throttled = 0;
  refused = 0;

  constructor(oldestMs: number) {
    this.#oldestMs = oldestMs;
  }

  readonly behaviour: Behaviour = ({ bytes, profiles }: Arrival) => {
    const now = performance.now();
    const gained = ((now - this.#filledAt) / 1000) * tenantBytesPerSecond;
    this.#bytes = Math.min(tenantBurst, this.#bytes + gained);
    this.#filledAt = now;
    if (bytes > this.#bytes) {
      this.throttled += 1;
      return new Response("rate limit", { status: 429 });
    }
    if (profiles.some(({ madeAt }) => Date.now() - madeAt > this.#oldestMs)) {
      this.refused += 1;
      return new Response("profile is too old", { status: 400 });
    }
    this.#bytes -= bytes;
    return undefined;
  };
}

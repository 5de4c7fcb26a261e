import { configOf, type FaultBed, queuedEndpoint } from "../bed.ts";
import type { Link } from "../link.ts";
import type { Scenario } from "../scenario.ts";
import type { Senders } from "../senders.ts";
import type { Sink } from "../sink.ts";

interface Outage {
  readonly bed: FaultBed;
  readonly sink: Sink;
  readonly link: Link;
  readonly senders: Senders;
}

/** What destinations and the way to them do, each under a steady load. */
export const outages: readonly Scenario[] = [
  scenario("away", "the destination is away", async ({ bed, link, senders }) => {
    const ms = bed.form(5000, 60_000);
    await link.become("gone");
    await senders.sendFor(ms);
    await link.become("whole");
    bed.notes.push(`away for ${ms / 1000} s`);
  }),
  scenario(
    "silent",
    "the destination takes connections and never answers",
    async ({ bed, link, senders }) => {
      const ms = bed.form(5000, 60_000);
      await link.become("silent");
      await senders.sendFor(ms);
      await link.become("whole");
      bed.notes.push(`silent for ${ms / 1000} s`);
    },
  ),
  scenario("flapping", "the destination goes and comes every half second", async ({ bed, link, senders }) => {
    const turns = bed.form(10, 120);
    senders.start();
    for (let turn = 0; turn < turns; turn += 1) {
      await link.become(turn % 2 === 0 ? "gone" : "whole");
      await Bun.sleep(500);
    }
    await senders.stop();
    await link.become("whole");
    bed.notes.push(`${turns} changes`);
  }),
  scenario("slow", "the destination takes a while for each answer", async ({ bed, sink, senders }) => {
    const delayMs = bed.form(400, 3000);
    sink.behaviour = async () => {
      await Bun.sleep(delayMs);
      return undefined;
    };
    await senders.sendFor(bed.form(5000, 60_000));
    sink.behaviour = () => undefined;
    bed.notes.push(`${delayMs} ms for each answer`);
  }),
  scenario("throttled", "the destination answers 429 with Retry-After", async ({ bed, sink, senders }) => {
    const seconds = bed.form(2, 5);
    let refused = 0;
    sink.behaviour = () => {
      refused += 1;
      return new Response("too much", { status: 429, headers: { "retry-after": String(seconds) } });
    };
    await senders.sendFor(bed.form(5000, 60_000));
    sink.behaviour = () => undefined;
    bed.notes.push(`${refused} requests were answered so`);
    // One for each wait, and those that were under way together with the first.
    const allowed = bed.form(5000, 60_000) / 1000 / seconds + 12;
    bed.expect(refused <= allowed, `Retry-After was not kept: ${refused} requests instead of ${allowed}`);
  }),
  scenario("resets", "connections are reset halfway", async ({ bed, link, senders }) => {
    await link.become("cut");
    await senders.sendFor(bed.form(5000, 60_000));
    await link.become("whole");
  }),
];

function scenario(name: string, fault: string, happen: (outage: Outage) => Promise<void>): Scenario {
  return {
    name,
    fault,
    run: async (bed) => {
      const sink = bed.sink("a");
      const link = await bed.link(sink);
      const patience = { remote_timeout: bed.form("2s", "10s") };
      await bed.start(configOf([queuedEndpoint("a", link.url, patience)]));
      const senders = bed.senders({ perSecond: 100, bytes: [500, 20_000] });
      await happen({ bed, sink, link, senders });
      await bed.drained(120_000);
      const failed = [...senders.answers].filter(([answer]) => answer !== "200");
      bed.expect(failed.length === 0, `senders heard of it: ${failed.map(String).join("; ")}`);
    },
  };
}

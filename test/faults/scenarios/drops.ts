import { configOf, type FaultBed, queuedEndpoint } from "../bed.ts";
import type { Scenario } from "../scenario.ts";

/** Profiles that a rule drops or a destination refuses: they count by name, and no others go with them. */
export const drops: readonly Scenario[] = [
  { name: "expired", fault: "the destination is away for longer than max_age", run: expired },
  { name: "drop_oldest", fault: "the queue is full where on_full is drop_oldest", run: dropOldest },
  { name: "refused", fault: "every tenth profile is refused with 400, and sent again later", run: refused },
];

// pyroduct counts requests: as many as profiles, where each Push has one.
const onePerRequest = { perSecond: 100, bytes: [500, 20_000], seriesPerPush: 1 } as const;

async function expired(bed: FaultBed): Promise<void> {
  const link = await bed.link(bed.sink("a"));
  const [maxAge, awayMs] = bed.form(["2s", 5000] as const, ["30s", 60_000] as const);
  await bed.start(configOf([queuedEndpoint("a", link.url, {}, { max_age: maxAge })]));
  await link.become("gone");
  await bed.senders(onePerRequest).sendFor(awayMs);
  await link.become("whole");
  await bed.drained(30_000);
  await expectDropped(bed, "expired");
}

async function dropOldest(bed: FaultBed): Promise<void> {
  const link = await bed.link(bed.sink("a"));
  const queue = { max_bytes: bed.form("2MiB", "20MiB"), on_full: "drop_oldest" };
  await bed.start(configOf([queuedEndpoint("a", link.url, {}, queue)]));
  await link.become("gone");
  const senders = bed.senders(onePerRequest);
  await senders.sendFor(bed.form(5000, 60_000));
  await link.become("whole");
  await bed.drained(30_000);
  const refusals = [...senders.answers].filter(([answer]) => answer !== "200");
  bed.expect(refusals.length === 0, `senders heard of it: ${refusals.map(String).join("; ")}`);
  await expectDropped(bed, "full");
}

/** Whether exactly what did not come is counted, and under its name. */
async function expectDropped(bed: FaultBed, reason: string): Promise<void> {
  bed.dropped = await bed.droppedByReason();
  const { [reason]: counted = 0, ...others } = bed.dropped;
  const missing = bed.tally.missing().length;
  bed.expect(counted > 0, "nothing was dropped, so nothing is shown");
  bed.expect(counted === missing, `${missing} did not come, and ${counted} are counted`);
  bed.expect(Object.keys(others).length === 0, `dropped for other reasons: ${JSON.stringify(others)}`);
}

async function refused(bed: FaultBed): Promise<void> {
  const sink = bed.sink("a");
  sink.behaviour = ({ profiles }) =>
    profiles.some(({ number }) => number % 10 === 0)
      ? new Response("bad profile", { status: 400 })
      : undefined;
  const link = await bed.link(sink);
  await bed.start(configOf([queuedEndpoint("a", link.url)]));
  // What waits together is sent together, so that the bad ones share requests with good ones.
  await link.become("gone");
  await bed.senders({ perSecond: 100, bytes: [500, 20_000] }).sendFor(bed.form(3000, 30_000));
  await link.become("whole");
  await bed.drained(30_000);
  const letters = (await bed.queues())[0]?.dead_letters;
  const bad = bed.tally.acknowledgedNumbers().filter((number) => number % 10 === 0).length;
  bed.notes.push(`${letters} dead letters`);
  bed.expect(letters === bad, `${letters} dead letters for ${bad} bad profiles`);
  const missing = bed.tally.missing().length;
  bed.expect(missing === bad, `${missing} did not come, of which ${bad} were refused`);
  sink.behaviour = () => undefined;
  bed.resend("a");
  await bed.drained(30_000);
}

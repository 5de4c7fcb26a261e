import { configOf, type EndpointConfig, type FaultBed, queuedEndpoint } from "../bed.ts";
import type { Scenario } from "../scenario.ts";

/** Reloads under load that add, rename and remove endpoints while much is queued for them. */
export const reload: Scenario = {
  name: "reload",
  fault: "reloads that add, rename and remove a queued endpoint while its destination is away",
  run,
};

async function run(bed: FaultBed): Promise<void> {
  const links = { a: await bed.link(bed.sink("a")), b: await bed.link(bed.sink("b")) };
  const phaseMs = bed.form(1000, 10_000);
  let destinations: readonly string[] = ["a"];
  const senders = bed.senders({ perSecond: 150, bytes: [500, 20_000], destinations: () => destinations });
  /** Senders go on; while a reload is under way, a profile is owed to what both configurations have. */
  const change = async (endpoints: readonly EndpointConfig[], next: readonly string[]) => {
    const after = destinations.filter((name) => next.includes(name));
    destinations = after;
    await apply(bed, endpoints);
    destinations = next;
    await Bun.sleep(phaseMs);
  };
  for (const link of Object.values(links)) await link.become("gone");

  await bed.start(configOf([queuedEndpoint("old", links.a.url)]));
  senders.start();
  await Bun.sleep(phaseMs);
  await change([queuedEndpoint("old", links.a.url), queuedEndpoint("added", links.b.url)], ["a", "b"]);
  await change([queuedEndpoint("new", links.a.url), queuedEndpoint("added", links.b.url)], ["a", "b"]);
  await change([queuedEndpoint("new", links.a.url)], ["a"]);
  await senders.stop();

  const orphans = (await bed.queues()).filter(({ has_endpoint }) => !has_endpoint);
  const names = orphans.map(({ endpoint, profiles }) => `${endpoint}: ${profiles}`).join(", ");
  bed.notes.push(`kept for endpoints that are gone: ${names}`);
  bed.expect(orphans.length === 2 && orphans.every(({ profiles }) => profiles > 0), `kept: ${names}`);

  // What is kept outlives a kill as well, and goes out by another endpoint's queue.
  await bed.pyroduct.kill();
  await bed.start(configOf([queuedEndpoint("new", links.a.url), queuedEndpoint("other", links.b.url)]));
  for (const link of Object.values(links)) await link.become("whole");
  bed.resend("old", "new");
  bed.resend("added", "other");
  await bed.drained(60_000);
}

async function apply(bed: FaultBed, endpoints: readonly EndpointConfig[]): Promise<void> {
  await Bun.write(bed.pyroduct.configFile, JSON.stringify(configOf(endpoints)));
  const answer = await fetch(`http://${bed.pyroduct.admin}/-/reload`, { method: "POST" });
  bed.expect(answer.status === 200, `reload: ${answer.status} ${await answer.text()}`);
}

import { configOf, type FaultBed, queuedEndpoint } from "../bed.ts";
import type { Scenario } from "../scenario.ts";

/** pyroduct is killed at random moments of a load for two destinations, one of which comes and goes. */
export const kill: Scenario = {
  name: "kill",
  fault: "kill -9 at random moments under load, then a new start",
  run,
};

async function run(bed: FaultBed): Promise<void> {
  const rounds = bed.form(6, 50);
  const links = [await bed.link(bed.sink("a")), await bed.link(bed.sink("b"))] as const;
  const config = configOf([queuedEndpoint("a", links[0].url), queuedEndpoint("b", links[1].url)]);
  await bed.start(config);
  const senders = bed.senders({ perSecond: 200, bytes: [500, 20_000] });
  for (let round = 0; round < rounds; round += 1) {
    await links[1].become(round % 3 === 1 ? "gone" : "whole");
    senders.start();
    await Bun.sleep(200 + Math.random() * 1300);
    await bed.pyroduct.kill();
    await senders.stop();
    await bed.start(config);
  }
  await links[1].become("whole");
  await bed.drained(60_000);
  bed.notes.push(`killed ${rounds} times`);
  bed.expect(senders.answered("failed") > 0, "no kill met a request that was under way");
}

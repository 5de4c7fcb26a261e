import { rename } from "node:fs/promises";
import { join } from "node:path";
import { eventually } from "../../base/eventually.ts";
import { configOf, type FaultBed, queuedEndpoint } from "../bed.ts";
import type { Scenario } from "../scenario.ts";

/** The token that the endpoint sends expires, and is renewed in its file. */
export const token: Scenario = {
  name: "token",
  fault: "the bearer token expires and is renewed in its file",
  run,
};

async function run(bed: FaultBed): Promise<void> {
  const file = join(bed.folder, "token");
  await Bun.write(file, "first");
  const sink = bed.sink("a");
  let valid = "first";
  let refused = 0;
  sink.behaviour = ({ authorization }) => {
    if (authorization === `Bearer ${valid}`) return undefined;
    refused += 1;
    return new Response("token expired", { status: 401 });
  };
  // Nobody is to wait for the longest wait: the file's change alone wakes the endpoint.
  const patience = { bearer_token_file: file, max_backoff_period: "10m" };
  await bed.start(configOf([queuedEndpoint("a", sink.url, patience)]));
  const senders = bed.senders({ perSecond: 100, bytes: [500, 20_000] });
  senders.start();
  await Bun.sleep(1000);
  valid = "second";
  await eventually("the pause", async () => (await bed.queues())[0]?.paused != null, 10_000);
  const refusedAtPause = refused;
  await Bun.sleep(bed.form(3000, 60_000));
  bed.expect(refused <= refusedAtPause + 8, `${refused - refusedAtPause} more requests while it was paused`);
  const health = await fetch(`http://${bed.pyroduct.admin}/-/healthy`);
  bed.expect(health.status === 500, `healthy while paused: ${health.status}`);
  // As Kubernetes does: a new file under the same name.
  await Bun.write(`${file}.new`, "second");
  await rename(`${file}.new`, file);
  await Bun.sleep(500);
  await senders.stop();
  await bed.drained(30_000);
  bed.notes.push(`${refused} requests were answered with 401`);
  bed.expect((await bed.queues())[0]?.dead_letters === 0, "a refused token made dead letters");
}

/** README's recipe of instances that share a queue, with a real cluster of nats-server. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "../base/eventually.ts";
import { NatsCluster } from "../jetstream/nats_server.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { receiverOf, startRecipe } from "./recipe.ts";
import { namesIn, recipeTestMs, send } from "./sending.ts";

setDefaultTimeout(2 * recipeTestMs);

test("any instance takes profiles, and what one took during an outage arrives after its end", async () => {
  await using cluster = await NatsCluster.start();
  await using sink = await RecordingSink.start();
  const servers = cluster.addresses.map((address, index) => [`nats-${index}.nats:4222`, address] as const);
  const start = (url: string) =>
    startRecipe("shared.yaml", {
      addresses: { ...Object.fromEntries(servers), "http://pyroscope:4040": url },
    });
  await using cutOff = start("http://127.0.0.1:1");
  const receiver = await receiverOf(cutOff);
  await eventually(
    "a profile that is queued",
    async () => (await send(receiver, { name: "first" })) === 200,
    30_000,
  );
  cutOff.kill("SIGKILL");
  await cutOff.ended();
  await using other = start(sink.url);
  const otherReceiver = await receiverOf(other);
  await eventually(
    "another profile that is queued",
    async () => (await send(otherReceiver, { name: "second" })) === 200,
    30_000,
  );
  const names = ["first{service_name=first}", "second{service_name=second}"];
  await eventually("both deliveries", () => new Set(namesIn(sink.recording)).size === 2, 60_000);
  expect([...new Set(namesIn(sink.recording))]).toEqual(names);
});

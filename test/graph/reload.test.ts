import { describe, expect, test } from "bun:test";
import { eventually } from "../base/eventually.ts";
import { settled } from "../base/fake_clock.ts";
import { freePort } from "../http/free_port.ts";
import { GatedSink } from "../http/gated_sink.ts";
import { RawConnection } from "../wire/raw_request.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { RunningGraph, receiverArguments, writeArguments } from "./running_graph.ts";

function graphTo(port: number, destinations: Readonly<Record<string, string>>, label = "r") {
  const labels = Object.keys(destinations);
  return {
    "pyroscope.receive_http": { [label]: receiverArguments(port, labels) },
    "pyroscope.write": Object.fromEntries(
      labels.map((one) => [one, writeArguments(destinations[one] ?? "")]),
    ),
  };
}

/** Senders who send one profile after another until they are told to end, and note every answer. */
class Senders {
  readonly statuses: number[] = [];
  readonly failures: unknown[] = [];
  #isOn = true;
  readonly #done: Promise<unknown>;

  constructor(address: string, count: number) {
    this.#done = Promise.all(Array.from({ length: count }, () => this.#run(address)));
  }

  async #run(address: string): Promise<void> {
    while (this.#isOn) {
      try {
        const response = await fetch(`http://${address}/ingest?name=app`, {
          method: "POST",
          body: "profile",
        });
        await response.bytes();
        this.statuses.push(response.status);
      } catch (thrown) {
        this.failures.push(thrown);
      }
    }
  }

  /** Waits until that many more profiles have been answered. */
  async more(count: number): Promise<void> {
    const wanted = this.statuses.length + count;
    await eventually(`${count} more answers`, () => this.statuses.length >= wanted);
  }

  async end(): Promise<void> {
    this.#isOn = false;
    await this.#done;
  }
}

test("no request fails while configurations change under load", async () => {
  await using one = await RecordingSink.start();
  await using other = await RecordingSink.start();
  const port = freePort();
  await using graph = await RunningGraph.start(graphTo(port, { a: one.url }));
  const senders = new Senders(graph.receiver(), 8);
  for (let round = 0; round < 6; round += 1) {
    await senders.more(30);
    // The receiver's label changes too: another component takes the open port over.
    await graph.reload(graphTo(port, { a: round % 2 === 0 ? other.url : one.url, b: one.url }, `r${round}`));
  }
  await senders.more(30);
  await senders.end();
  expect(senders.failures).toEqual([]);
  expect(new Set(senders.statuses)).toEqual(new Set([200]));
  expect(other.recording.requests.length).toBeGreaterThan(0);
});

describe("a request in flight", () => {
  test("ends on the pipeline that it began with, while the next takes the new one", async () => {
    await using slow = new GatedSink();
    await using fast = await RecordingSink.start();
    await using graph = await RunningGraph.start(graphTo(0, { a: slow.url }));
    const early = graph.ingest();
    await slow.hasReceived(1);
    await graph.reload(graphTo(0, { a: fast.url }));
    expect((await graph.ingest()).status).toBe(200);
    slow.open();
    expect((await early).status).toBe(200);
    expect([slow.received, fast.recording.requests.length]).toEqual([1, 1]);
  });

  test("ends even where its receiver and destination are gone", async () => {
    await using slow = new GatedSink();
    await using graph = await RunningGraph.start(graphTo(0, { a: slow.url }));
    const early = graph.ingest();
    await slow.hasReceived(1);
    await graph.reload({ "pyroscope.write": { z: writeArguments(slow.url) } });
    slow.open();
    expect((await early).status).toBe(200);
  });

  test("whose body is still coming survives two reloads, and its store is closed only then", async () => {
    const forwardingTo = (...receivers: readonly string[]) => ({
      ...receiverArguments(0, []),
      forward_to: receivers.map((one) => `pyroscope.local_store.${one}.receiver`),
    });
    const stores = { old: {}, new: {} };
    await using graph = await RunningGraph.start({
      "pyroscope.receive_http": { r: forwardingTo("old") },
      "pyroscope.local_store": stores,
    });
    using sender = await RawConnection.open(graph.receiver());
    await sender.send("POST /ingest?name=app HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\npro");
    await eventually("the request being served", async () => {
      const families = await graph.pipeline.running.get("pyroscope.receive_http.r")?.metrics.families();
      const inFlight = families?.find(({ name }) => name === "pyroscope_receive_http_inflight_requests");
      return inFlight?.samples[0]?.value === 1;
    });
    await graph.reload({
      "pyroscope.receive_http": { r: forwardingTo("old", "new") },
      "pyroscope.local_store": { ...stores, third: {} },
    });
    await graph.reload({
      "pyroscope.receive_http": { r: forwardingTo("old", "new") },
      "pyroscope.local_store": stores,
    });
    await graph.reload({
      "pyroscope.receive_http": { r: forwardingTo("new") },
      "pyroscope.local_store": { new: {} },
    });
    // What would end too early has its chance to.
    for (let turn = 0; turn < 10; turn += 1) await settled();
    await sender.send("file");
    expect((await sender.response()).status).toBe(200);
  });
});

describe("a port that is taken", () => {
  test("refuses the whole configuration, and the old one goes on serving", async () => {
    using taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
    await using old = await RecordingSink.start();
    await using other = await RecordingSink.start();
    await using graph = await RunningGraph.start(graphTo(0, { a: old.url }));
    const next = graphTo(0, { a: other.url });
    const failure = graph.reload({
      ...next,
      "pyroscope.receive_http": {
        ...next["pyroscope.receive_http"],
        s: receiverArguments(taken.port, ["a"]),
      },
    });
    await expect(failure).rejects.toThrow(`127.0.0.1:${taken.port}: the port is in use by another program`);
    expect((await graph.ingest()).status).toBe(200);
    expect([old.recording.requests.length, other.recording.requests.length]).toEqual([1, 0]);
  });
});

test("a receiver that is taken out listens no more", async () => {
  await using sink = await RecordingSink.start();
  await using graph = await RunningGraph.start({
    "pyroscope.receive_http": { r: receiverArguments(0, ["a"]), s: receiverArguments(0, ["a"]) },
    "pyroscope.write": { a: writeArguments(sink.url) },
  });
  const url = `http://${graph.receiver("s")}/ingest?name=app`;
  await graph.reload(graphTo(0, { a: sink.url }));
  await eventually("the port being closed", () =>
    fetch(url, { method: "POST", keepalive: false }).then(
      () => false,
      () => true,
    ),
  );
  expect((await graph.ingest()).status).toBe(200);
});

test("a limit that changes is taken in place: the port stays the same", async () => {
  await using sink = await RecordingSink.start();
  await using graph = await RunningGraph.start(graphTo(0, { a: sink.url }));
  const before = graph.receiver();
  await graph.reload({
    ...graphTo(0, { a: sink.url }),
    "pyroscope.receive_http": { r: receiverArguments(0, ["a"], { max_body_size: 3 }) },
  });
  expect(graph.receiver()).toBe(before);
  expect((await graph.ingest()).status).toBe(413);
});

import { describe, expect, test } from "bun:test";
import { freePort } from "../http/free_port.ts";
import { parseOptions } from "./options.ts";
import { findOther } from "./other_receivers.ts";
import type { SinkPort } from "./sink.ts";

const patienceMs = 2000;

/** A destination that counts by port, as the sink of the bench does. */
class CountingSink implements Disposable {
  readonly #counts = new Map<number, number>();
  readonly #servers = [0, 0].map(() =>
    Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (_, { port = 0 }) => {
        this.#counts.set(port, (this.#counts.get(port) ?? 0) + 1);
        return new Response();
      },
    }),
  );

  get ports(): number[] {
    return this.#servers.map(({ port = 0 }) => port);
  }

  at(port: number): SinkPort {
    return { port, url: `http://127.0.0.1:${port}` };
  }

  arrived({ port }: SinkPort) {
    return { requests: this.#counts.get(port) ?? 0, bytes: 0 };
  }

  async settle(): Promise<void> {
    await Promise.resolve();
  }

  [Symbol.dispose](): void {
    for (const server of this.#servers) void server.stop(true);
  }
}

/** A receiver that sends each profile to some ports, and answers with a status. */
function relayTo(ports: readonly number[], status = 200) {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const body = await request.arrayBuffer();
      await Promise.all(ports.map((port) => fetch(`http://127.0.0.1:${port}/`, { method: "POST", body })));
      return new Response("so it is", { status });
    },
  });
}

function optionsOf(port: number | undefined, ports: readonly number[], ...more: string[]) {
  return parseOptions([
    ...["--against", `http://127.0.0.1:${port}`],
    ...ports.map((one) => `--sink-port=${one}`),
    ...more,
  ]);
}

describe("another receiver", () => {
  test("is found where a profile comes to each port", async () => {
    using sink = new CountingSink();
    await using relay = relayTo(sink.ports);
    const options = optionsOf(relay.port, sink.ports, "--against-name=other");
    const receiver = await findOther({ options, sink }, patienceMs);
    expect(receiver).toMatchObject({ name: "other", splitsPush: true });
    expect(receiver.destinations.map(({ port }) => port)).toEqual(sink.ports);
  });

  test("is found where nobody says what it sends to", async () => {
    using sink = new CountingSink();
    await using relay = relayTo([]);
    const receiver = await findOther({ options: optionsOf(relay.port, []), sink }, patienceMs);
    expect(receiver).toMatchObject({ name: `127.0.0.1:${relay.port}`, pid: undefined, destinations: [] });
  });

  test("is refused where a profile comes to one port alone", async () => {
    using sink = new CountingSink();
    const [first = 0, second = 0] = sink.ports;
    await using relay = relayTo([first]);
    const options = optionsOf(relay.port, [first, second]);
    await expect(findOther({ options, sink }, 50)).rejects.toThrow(
      `http://127.0.0.1:${relay.port} took a profile that did not come to 127.0.0.1:${second}`,
    );
  });

  test("is refused where it refuses a profile", async () => {
    using sink = new CountingSink();
    await using relay = relayTo([], 503);
    await expect(findOther({ options: optionsOf(relay.port, []), sink }, patienceMs)).rejects.toThrow(
      `http://127.0.0.1:${relay.port} answers a profile with status 503: so it is`,
    );
  });

  test("is refused where nobody listens", async () => {
    using sink = new CountingSink();
    const port = freePort();
    await expect(findOther({ options: optionsOf(port, []), sink }, patienceMs)).rejects.toThrow(
      `http://127.0.0.1:${port} answers no profile: `,
    );
  });
});

describe.skipIf(process.platform !== "linux")("the process of another receiver", () => {
  test("is known where it runs", async () => {
    using sink = new CountingSink();
    await using relay = relayTo([]);
    const options = optionsOf(relay.port, [], `--against-pid=${process.pid}`);
    expect(await findOther({ options, sink }, patienceMs)).toMatchObject({ pid: process.pid });
  });

  test("is refused where there is none", async () => {
    using sink = new CountingSink();
    const options = optionsOf(freePort(), [], "--against-pid=999999999");
    await expect(findOther({ options, sink }, patienceMs)).rejects.toThrow("there is no process 999999999");
  });
});

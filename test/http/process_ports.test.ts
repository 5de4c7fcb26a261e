import { describe, expect, test } from "bun:test";
import { ListenerPool } from "../../src/http/listener.ts";
import { freePort } from "./free_port.ts";

const host = "127.0.0.1";
const options = { idleSeconds: 60 };

describe("processes that share ports", () => {
  test("listen at the same one that the system has chosen for the first", async () => {
    const [first, second] = [new ListenerPool(undefined, 2), new ListenerPool(undefined, 2)];
    const one = first.ownedBy("c").claim({ host, port: 0 }, options);
    second.ports.learn(first.ports.all, false);
    const other = second.ownedBy("c").claim({ host, port: 0 }, options);
    expect(other.port).toBe(one.port);
    // Another component has a port of its own.
    const stranger = second.ownedBy("d").claim({ host, port: 0 }, options);
    expect(stranger.port).not.toBe(one.port);
    await Promise.all([one, other, stranger].map((listener) => listener.release(0)));
  });

  test("keep others out by the first alone", async () => {
    const port = freePort();
    const address = { host, port };
    const [first, second, third] = [new ListenerPool(), new ListenerPool(), new ListenerPool()];
    first.ports.learn({}, true);
    const one = first.ownedBy("c").claim(address, options);
    second.ports.learn(first.ports.all, false);
    const other = second.ownedBy("c").claim(address, options);
    third.ports.learn(second.ports.all, true);
    expect(() => third.ownedBy("c").claim(address, options)).toThrow("in use by another program");
    third.ports.learn({}, false);
    expect(() => third.ownedBy("c").claim(address, options)).toThrow("in use by another program");
    await Promise.all([one.release(0), other.release(0)]);
  });

  test("share a port that a server of another kind listens at", () => {
    const [first, second] = [new ListenerPool(), new ListenerPool()];
    const server = { leaveSoon: async () => {}, leaveNow: () => {} };
    const port = freePort();
    const place = first.ownedBy("c").share({ host, port: 0 }, server);
    place.note(port);
    second.ports.learn(first.ports.all, false);
    expect(second.ownedBy("c").share({ host, port: 0 }, server).address).toEqual({ host, port });
    // The component's HTTP server asked for the same, and is another.
    expect(first.ports.addressOf({ component: "c", server: "http" }, { host, port: 0 }).port).toBe(0);
  });
});

import { describe, expect, test } from "bun:test";
import { CodedError } from "../../src/base/failure.ts";
import { type Listener, ListenerPool } from "../../src/http/listener.ts";
import { eventually } from "../base/eventually.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { RawConnection } from "../wire/raw_request.ts";
import { freePort } from "./free_port.ts";

const host = "127.0.0.1";
const options = { idleSeconds: 60 };

function say(text: string): () => Response {
  return () => new Response(text);
}

async function textFrom(listener: Listener): Promise<string> {
  const response = await fetch(`http://${listener.address}/`, { keepalive: false });
  return await response.text();
}

/** The error of something that must fail. */
function problemOf(action: () => unknown): CodedError {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof CodedError) return thrown;
    throw thrown;
  }
  throw new Error("it did not fail");
}

/** Sends one request after another until it is stopped, and counts those that had no answer. */
class Requests implements AsyncDisposable {
  readonly seen = new Set<string>();
  failures = 0;
  #isOn = true;
  readonly #loop: Promise<void>;

  constructor(listener: Listener) {
    this.#loop = this.#run(listener);
  }

  async #run(listener: Listener): Promise<void> {
    while (this.#isOn) {
      try {
        this.seen.add(await textFrom(listener));
      } catch {
        this.failures += 1;
      }
      // Steady rather than as fast as can be: other tests need the processor too.
      await Bun.sleep(2);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOn = false;
    await this.#loop;
  }
}

test("where the system chose the port, the address tells which", async () => {
  const listener = new ListenerPool().claim({ host, port: 0 }, options);
  listener.use(say("hello"));
  expect(listener.address).toBe(`${host}:${listener.port}`);
  expect(await textFrom(listener)).toBe("hello");
  await listener.release(0);
});

test("all addresses are those of IPv4 too", async () => {
  const listener = new ListenerPool().claim({ host: "", port: 0 }, options);
  listener.use(say("hello"));
  expect(await (await fetch(`http://127.0.0.1:${listener.port}/`)).text()).toBe("hello");
  await listener.release(0);
});

test("a request that comes before it is used waits for that", async () => {
  const listener = new ListenerPool().claim({ host, port: 0 }, options);
  using connection = await RawConnection.open(listener.address);
  const answer = connection.request({ method: "GET", target: "/" });
  listener.use(say("hello"));
  expect((await answer).status).toBe(200);
  await listener.release(0);
});

test("where it is not used soon it says that it is starting", async () => {
  const clock = new FakeClock();
  const listener = new ListenerPool(clock).claim({ host, port: 0 }, options);
  const answer = fetch(`http://${listener.address}/`);
  await eventually("the request's arrival", () => clock.pending > 0);
  await clock.advance(1000);
  const response = await answer;
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
  await listener.release(0);
});

test("a handler that fails shows nothing of why", async () => {
  const listener = new ListenerPool().claim({ host, port: 0 }, options);
  listener.use(() => {
    throw new Error("a detail of the inside");
  });
  const response = await fetch(`http://${listener.address}/`);
  expect([response.status, await response.text()]).toEqual([500, "internal error\n"]);
  await listener.release(0);
});

describe("an address that is claimed again", () => {
  test("is taken over, and stays open until both have released it", async () => {
    const pool = new ListenerPool();
    const address = { host, port: freePort() };
    const old = pool.claim(address, options);
    old.use(say("old"));
    const taken = pool.claim(address, options);
    taken.use(say("new"));
    await old.release(0);
    expect(await textFrom(taken)).toBe("new");
    await taken.release(0);
    await expect(textFrom(taken)).rejects.toThrow();
  });

  test("can be released by who took it over, and the old goes on", async () => {
    const pool = new ListenerPool();
    const address = { host, port: freePort() };
    const old = pool.claim(address, options);
    old.use(say("old"));
    await pool.claim(address, options).release(0);
    expect(await textFrom(old)).toBe("old");
    await old.release(0);
  });

  test("with other options is never closed in between: no request fails", async () => {
    const pool = new ListenerPool();
    const address = { host, port: freePort() };
    const old = pool.claim(address, options);
    old.use(say("old"));
    await using requests = new Requests(old);
    await eventually("answers of the old one", () => requests.seen.has("old"));
    const changed = pool.claim(address, { idleSeconds: 30 });
    changed.use(say("new"));
    await old.release(1000);
    await eventually("answers of the new one", () => requests.seen.has("new"));
    await requests[Symbol.asyncDispose]();
    expect(requests.failures).toBe(0);
    await changed.release(0);
  });

  test("after it was closed is opened anew", async () => {
    const pool = new ListenerPool();
    const address = { host, port: freePort() };
    await pool.claim(address, options).release(0);
    const again = pool.claim(address, options);
    again.use(say("again"));
    expect(await textFrom(again)).toBe("again");
    await again.release(0);
  });
});

describe("an address that can't be listened on", () => {
  test("because another program has the port", () => {
    using other = Bun.listen({ hostname: host, port: 0, socket: { data: () => {} } });
    const problem = problemOf(() => new ListenerPool().claim({ host, port: other.port }, options));
    expect([problem.code, problem.message]).toEqual([
      "already_exists",
      `can't listen on ${host}:${other.port}: the port is in use by another program`,
    ]);
  });

  test("because another pyroduct has it", async () => {
    const address = { host, port: freePort() };
    const other = new ListenerPool().claim(address, options);
    expect(problemOf(() => new ListenerPool().claim(address, options)).code).toBe("already_exists");
    await other.release(0);
  });

  test("because the machine has no such address", () => {
    const problem = problemOf(() =>
      new ListenerPool().claim({ host: "203.0.113.9", port: freePort() }, options),
    );
    expect([problem.code, problem.message]).toEqual([
      "invalid_argument",
      expect.stringMatching(/^can't listen on 203\.0\.113\.9:\d+: this machine has no such address$/),
    ]);
  });

  test("and what failed leaves nothing open", async () => {
    const pool = new ListenerPool();
    const other = Bun.listen({ hostname: host, port: 0, socket: { data: () => {} } });
    const address = { host, port: other.port };
    problemOf(() => pool.claim(address, options));
    other.stop(true);
    const listener = pool.claim(address, options);
    listener.use(say("mine"));
    expect(await textFrom(listener)).toBe("mine");
    await listener.release(0);
  });
});

describe("at the end", () => {
  /** A listener with one request under way, which is answered when the test says so. */
  function busyListener(clock = new FakeClock()) {
    const listener = new ListenerPool(clock).claim({ host, port: 0 }, options);
    const begun = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<Response>();
    listener.use(() => {
      begun.resolve();
      return answer.promise;
    });
    const response = textFrom(listener);
    return { listener, begun: begun.promise, answer: answer.resolve, response, clock };
  }

  test("a request under way is answered, and new connections are refused", async () => {
    const { listener, begun, answer, response } = busyListener();
    await begun;
    const released = listener.release(10_000);
    await eventually("the port being closed", () =>
      textFrom(listener).then(
        () => false,
        () => true,
      ),
    );
    answer(new Response("done"));
    expect(await response).toBe("done");
    await released;
  });

  test("a request that takes longer than the grace is cut", async () => {
    const { listener, begun, response, clock } = busyListener();
    const cut = response.then(
      () => "answered",
      () => "cut",
    );
    await begun;
    const released = listener.release(10_000);
    await clock.advance(10_000);
    await released;
    expect(await cut).toBe("cut");
  });

  test("connections without a request are closed at once", async () => {
    const listener = new ListenerPool().claim({ host, port: 0 }, options);
    listener.use(say("hello"));
    using connection = await RawConnection.open(listener.address);
    await connection.request({ method: "GET", target: "/" });
    await listener.release(60_000);
    await connection.closed;
  });
});

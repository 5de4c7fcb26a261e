import { describe, expect, test } from "bun:test";
import { monotonicMicroseconds, NotifySocket, socketAddress } from "../../src/cli/notify_socket.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { NotifyReceiver } from "./notify_receiver.ts";

const isLinux = process.platform === "linux";

describe.skipIf(!isLinux)("a message arrives", () => {
  test.each<[string, (folder: TemporaryFolder) => string]>([
    ["at a path", (folder) => folder.file("notify")],
    ["at a name of the abstract namespace", (folder) => `@${folder.file("notify")}`],
  ])("%s", async (_, where) => {
    using folder = new TemporaryFolder();
    const path = where(folder);
    using receiver = new NotifyReceiver(path);
    const socket = new NotifySocket(path);
    socket.send("READY=1\nSTATUS=größer");
    socket.send("STOPPING=1");
    socket.close();
    expect(await receiver.hasHeard("STOPPING")).toEqual(["READY=1\nSTATUS=größer", "STOPPING=1"]);
  });
});

describe.skipIf(!isLinux)("a message that can't be handed over is an error with the system's reason", () => {
  test("where there is no such socket", () => {
    using folder = new TemporaryFolder();
    const socket = new NotifySocket(folder.file("nothing"));
    expect(() => socket.send("READY=1")).toThrow("ENOENT");
    socket.close();
  });

  test("where nobody takes from it any more", () => {
    using folder = new TemporaryFolder();
    const receiver = new NotifyReceiver(folder.file("notify"));
    const socket = new NotifySocket(folder.file("notify"));
    receiver[Symbol.dispose]();
    expect(() => socket.send("READY=1")).toThrow("ECONNREFUSED");
    socket.close();
  });

  test("where its queue is full", () => {
    using folder = new TemporaryFolder();
    using _ = new NotifyReceiver(folder.file("notify"));
    const socket = new NotifySocket(folder.file("notify"));
    const fill = () => {
      for (let count = 0; count < 100_000; count += 1) socket.send("WATCHDOG=1");
    };
    expect(fill).toThrow("EAGAIN");
    socket.close();
  });
});

describe("an address", () => {
  test("of a path ends with a NUL", () => {
    expect([...socketAddress("/a")]).toEqual([1, 0, 0x2f, 0x61, 0]);
  });

  test("of an abstract name begins with one", () => {
    expect([...socketAddress("@a")]).toEqual([1, 0, 0, 0x61]);
  });

  test.each(["vsock:2:1", "relative/path", `/${"x".repeat(107)}`])("%s is refused", (path) => {
    expect(() => socketAddress(path)).toThrow();
  });
});

test.skipIf(!isLinux)("the monotonic clock is the system's, which counts from its start", async () => {
  const [uptimeSeconds = Number.NaN] = (await Bun.file("/proc/uptime").text()).split(" ").map(Number);
  const seconds = Number(monotonicMicroseconds() / 1_000_000n);
  // It stands still while the system sleeps; /proc/uptime does not.
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(uptimeSeconds + 1);
});

import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { systemClock } from "../../src/base/clock.ts";
import { type NotifyChannel, ServiceManager, watchdogIntervalMs } from "../../src/cli/service_manager.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { RecordedLog } from "../telemetry/recorded_log.ts";
import { NotifyReceiver } from "./notify_receiver.ts";
import { PyroductRun, processTestMs } from "./pyroduct_run.ts";

class RecordedChannel implements NotifyChannel {
  readonly messages: string[] = [];
  reason: string | undefined;

  send(message: string): void {
    if (this.reason !== undefined) throw new Error(this.reason);
    this.messages.push(message);
  }

  close(): void {
    this.messages.push("(closed)");
  }
}

describe("the watchdog", () => {
  test("hears of the process at once and then twice in its time, until it ends", async () => {
    const channel = new RecordedChannel();
    const clock = new FakeClock();
    const manager = new ServiceManager(channel, clock, new RecordedLog());
    manager.feedWatchdog(15_000);
    await clock.advance(45_000);
    expect(channel.messages).toEqual(Array(4).fill("WATCHDOG=1"));
    manager.close();
    expect(clock.pending).toBe(0);
    expect(channel.messages.at(-1)).toBe("(closed)");
  });

  test.each<[string, Record<string, string>, number | undefined]>([
    ["that nobody has", {}, undefined],
    ["for any process", { WATCHDOG_USEC: "30000000" }, 15_000],
    ["for this process", { WATCHDOG_USEC: "30000000", WATCHDOG_PID: "7" }, 15_000],
    ["for another process", { WATCHDOG_USEC: "30000000", WATCHDOG_PID: "8" }, undefined],
    ["switched off", { WATCHDOG_USEC: "0" }, undefined],
    ["with a time that is none", { WATCHDOG_USEC: "soon" }, undefined],
  ])("%s", (_, environment, expected) => {
    expect(watchdogIntervalMs(environment, 7)).toBe(expected);
  });
});

test("a message that can't be handed over is logged, and the next one is tried", () => {
  const channel = new RecordedChannel();
  const log = new RecordedLog();
  const manager = new ServiceManager(channel, new FakeClock(), log);
  channel.reason = "ECONNREFUSED";
  manager.ready();
  channel.reason = undefined;
  manager.stopping();
  expect(log.lines).toEqual([
    {
      level: "warn",
      message: "can't tell the service manager",
      fields: { message: "READY=1", reason: "ECONNREFUSED" },
    },
  ]);
  expect(channel.messages).toEqual(["STOPPING=1\nSTATUS=finishes what is under way"]);
});

test("a socket of another kind is logged, and pyroduct goes on without", () => {
  const log = new RecordedLog();
  ServiceManager.open({ NOTIFY_SOCKET: "vsock:2:1" }, systemClock, log).ready();
  expect(log.messages("warn")).toEqual(["can't reach the service manager"]);
});

test("without a service manager nothing is said", () => {
  const log = new RecordedLog();
  const manager = ServiceManager.open({ WATCHDOG_USEC: "30000000" }, systemClock, log);
  manager.ready();
  manager.reloadBegan();
  manager.reloadEnded(true);
  manager.stopping();
  manager.close();
  expect(log.lines).toEqual([]);
});

test.skipIf(process.platform !== "linux")(
  "a run tells of its start, of reloads and of its end",
  async () => {
    let receiver: NotifyReceiver | undefined;
    const config = "pyroscope.write: {a: {endpoint: {url: http://127.0.0.1:1}}}\n";
    await using run = new PyroductRun(
      (folder) => {
        receiver = new NotifyReceiver(folder.file("notify"));
        writeFileSync(folder.file("pyroduct.yaml"), config);
        return ["run", folder.file("pyroduct.yaml"), "--server.http.listen-addr=127.0.0.1:0"];
      },
      undefined,
      (folder) => ({ NOTIFY_SOCKET: folder.file("notify"), WATCHDOG_USEC: "30000000" }),
    );
    using manager = receiver;
    if (manager === undefined) throw new Error("no receiver");
    await manager.hasHeard("READY=1");
    run.kill("SIGHUP");
    await run.hasSaid(/configuration reloaded/);
    writeFileSync(run.folder.file("pyroduct.yaml"), "nonsense: {}\n");
    run.kill("SIGHUP");
    await manager.hasHeard("refused");
    run.kill("SIGTERM");
    await manager.hasHeard("STOPPING=1");
    expect((await run.ended()).status).toBe(0);
    const said = manager.messages.filter((message) => message !== "WATCHDOG=1");
    expect(manager.messages[0]).toBe("WATCHDOG=1");
    expect(
      said.map((message) => message.split("\n").map((line) => line.replace(/USEC=\d+$/, "USEC=…"))),
    ).toEqual([
      ["READY=1", "STATUS=receives profiles"],
      ["RELOADING=1", "MONOTONIC_USEC=…", "STATUS=reloads its configuration"],
      ["READY=1", "STATUS=receives profiles"],
      ["RELOADING=1", "MONOTONIC_USEC=…", "STATUS=reloads its configuration"],
      ["READY=1", "STATUS=receives profiles; the configuration on disk was refused, the one before stays"],
      ["STOPPING=1", "STATUS=finishes what is under way"],
    ]);
  },
  processTestMs,
);

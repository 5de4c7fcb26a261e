import { existsSync } from "node:fs";
import { join } from "node:path";
import { configOf, type FaultBed, queuedEndpoint } from "../bed.ts";
import type { Scenario } from "../scenario.ts";

/** Where Debian's package libfaketime has it. */
const libraries = ["x86_64", "aarch64"].map(
  (machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`,
);

/** The machine's time is stepped by hours, both ways, while profiles wait. */
export const clock: Scenario = {
  name: "clock",
  fault: "the machine's time jumps by two hours, forth and back, while profiles wait",
  obstacle: () => {
    if (libraries.some((path) => existsSync(path))) return undefined;
    return { reason: "needs Debian's package faketime", isMendable: true };
  },
  run,
};

async function run(bed: FaultBed): Promise<void> {
  const offset = join(bed.folder, "offset");
  await Bun.write(offset, "+0");
  const link = await bed.link(bed.sink("a"));
  await link.become("gone");
  await bed.start(configOf([queuedEndpoint("a", link.url)]), {
    environment: {
      LD_PRELOAD: libraries.find((path) => existsSync(path)) ?? "",
      FAKETIME_TIMESTAMP_FILE: offset,
      FAKETIME_NO_CACHE: "1",
      // A step of the machine's time moves the wall clock alone.
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    },
  });
  const senders = bed.senders({ perSecond: 100, bytes: [500, 10_000] });
  senders.start();
  const pauseMs = bed.form(1500, 15_000);
  await Bun.sleep(pauseMs);
  const seen: string[] = [];
  for (const step of ["+7200", "-7200", "+0"]) {
    await Bun.write(offset, step);
    await Bun.sleep(pauseMs);
    seen.push(await timeSeen(bed));
  }
  const [forth = "", back = ""] = seen;
  const hours = (Date.parse(forth) - Date.parse(back)) / 3_600_000;
  bed.expect(hours > 3.9, `pyroduct did not see the steps: ${seen.join(", ")}`);
  await senders.stop();
  await link.become("whole");
  await bed.drained(30_000);
  bed.dropped = await bed.droppedByReason();
  bed.expect(Object.keys(bed.dropped).length === 0, "profiles were dropped for their age");
  bed.notes.push(`the log's times: ${seen.join(", ")}`);
}

/** What pyroduct takes for the time: the log tells. */
async function timeSeen(bed: FaultBed): Promise<string> {
  const logged = bed.pyroduct.log.length;
  await fetch(`http://${bed.pyroduct.admin}/-/reload`, { method: "POST" });
  await Bun.sleep(200);
  const last = bed.pyroduct.log.slice(logged).at(-1);
  return String(last?.["ts"] ?? "");
}

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { eventually } from "../../base/eventually.ts";
import { configOf, type FaultBed, queuedEndpoint } from "../bed.ts";
import { type Scenario, succeeds } from "../scenario.ts";

/** The disk that the queue lies on fills up while the destination is away. */
export const diskFull: Scenario = {
  name: "disk_full",
  fault: "the disk (a tmpfs of 48 MB) fills up while the destination is away",
  obstacle: () => {
    if (succeeds(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"])) return undefined;
    return { reason: "a small tmpfs can't be mounted here; `quota` shows the rest", isMendable: false };
  },
  run: async (bed) => {
    const disk = join(bed.folder, "disk");
    await mkdir(disk);
    mount(["mount", "-t", "tmpfs", "-o", "size=48m", "pyroduct-faults", disk]);
    try {
      await fillAndDrain(bed, join(disk, "storage"), {}, "the disk");
      await bed.pyroduct.stop();
    } finally {
      mount(["umount", "--lazy", disk]);
    }
  },
};

/** The queue reaches its max_bytes while the destination is away. */
export const quota: Scenario = {
  name: "quota",
  fault: "the queue reaches max_bytes (8 MiB) while the destination is away",
  run: (bed) => fillAndDrain(bed, join(bed.folder, "storage"), { max_bytes: "8MiB" }, "the queue"),
};

async function fillAndDrain(
  bed: FaultBed,
  storagePath: string,
  queue: Readonly<Record<string, unknown>>,
  what: string,
): Promise<void> {
  const link = await bed.link(bed.sink("a"));
  await bed.start(configOf([queuedEndpoint("a", link.url, {}, queue)]), { storagePath });
  const senders = bed.senders({ perSecond: 200, bytes: [10_000, 60_000] });
  await link.become("gone");
  senders.start();
  await eventually(`${what} is full`, () => senders.answered("503") > 50, 60_000);
  await Bun.sleep(bed.form(1000, 10_000));
  bed.expect(bed.pyroduct.ending === undefined, `pyroduct ended: ${bed.pyroduct.ending}`);
  const refusedWhileFull = senders.answered("503");
  await link.become("whole");
  // With senders that go on: what is delivered has to make room for them.
  await eventually("the end of the 503s", () => isTakingAgain(senders), 60_000);
  await Bun.sleep(1000);
  await senders.stop();
  await bed.drained(60_000);
  bed.notes.push(`${refusedWhileFull} requests were answered with 503`);
  bed.expect(senders.answered("failed") === 0, `${senders.answered("failed")} requests had no answer`);
}

/** Whether no request was refused for half a second. */
async function isTakingAgain(senders: { answered(status: string): number }): Promise<boolean> {
  const before = { refused: senders.answered("503"), taken: senders.answered("200") };
  await Bun.sleep(500);
  return senders.answered("503") === before.refused && senders.answered("200") > before.taken;
}

function mount(command: string[]): void {
  const { success, stderr } = Bun.spawnSync(command);
  if (!success) throw new Error(`${command.join(" ")}: ${stderr}`);
}

import { expect, test } from "bun:test";
import { systemClock } from "../../../src/base/clock.ts";
import { DiskChannel } from "../../../src/write/queue/ledger/disk_channel.ts";
import { TemporaryFolder } from "../../base/temporary_folder.ts";
import { roomy, theQueue } from "./ledger_bed.ts";

test("bodies come through whole, whatever their size and however many calls are under way", async () => {
  using folder = new TemporaryFolder();
  const channel = new DiskChannel(folder.file("q.sqlite"), systemClock);
  await channel.open();
  await channel.call({ type: "configure", queue: theQueue, limits: roomy }, []);
  const bodies = [10, 0, 400_000, 3_000_000, 700_000, 1].map((bytes, index) =>
    new Uint8Array(bytes).fill(index + 1),
  );
  await Promise.all(
    bodies.map((body, index) => {
      const record = { queue: theQueue, wantsLease: false, acceptedAt: 1, head: String(index), body: 0 };
      return channel.call({ type: "write", now: 1, settlements: [], appends: [record] }, [body]);
    }),
  );
  const request = { type: "claim", queue: theQueue, now: 1, maxProfiles: 9, maxBytes: 1e9 } as const;
  const { bodies: claimed } = await channel.call(request, []);
  expect(claimed.map((body, index) => Buffer.compare(body, bodies[index] ?? new Uint8Array()))).toEqual(
    bodies.map(() => 0),
  );
  await channel.close();
});

import { join } from "node:path";
import { eventually } from "../../base/eventually.ts";
import { configOf, type FaultBed, queuedEndpoint } from "../bed.ts";
import { proveCommits } from "../commit_proof.ts";
import { type Obstacle, type Scenario, succeeds } from "../scenario.ts";
import { parseStrace } from "../strace_log.ts";

/** What strace is to write down. */
const traced = "trace=fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg,recvfrom,read";

/** Long enough for a page of the log and for a request. */
const stringBytes = "32768";

/** A killed process leaves its page cache behind, so only the order of system calls shows what a power cut would do. */
export const syncOrder: readonly Scenario[] = [
  {
    name: "sync_order",
    fault:
      "a power cut at any moment: strace shows that each 200 left after the destination's, or after the sync that covers it",
    obstacle,
    run: (bed) => run(bed, "whole"),
  },
  {
    name: "sync_order_away",
    fault:
      "a power cut while the destination is away: strace shows that each 200 left after the sync that covers it",
    obstacle,
    run: (bed) => run(bed, "gone"),
  },
];

function obstacle(): Obstacle | undefined {
  if (Bun.which("strace") === null) return { reason: "needs Debian's package strace", isMendable: true };
  if (succeeds(["strace", "-o", "/dev/null", "true"])) return undefined;
  return { reason: "strace may not trace here", isMendable: false };
}

async function run(bed: FaultBed, state: "whole" | "gone"): Promise<void> {
  const file = join(bed.folder, "strace");
  const link = await bed.link(bed.sink("a"));
  await link.become(state);
  const pyroduct = await bed.start(configOf([queuedEndpoint("a", link.url)]), {
    // Detached, so that signals reach pyroduct; without its stack's other noise.
    under: [
      "strace",
      "-D",
      "-f",
      "-ttt",
      "-T",
      "-y",
      "-s",
      stringBytes,
      "-e",
      traced,
      "-e",
      "signal=none",
      "-o",
      file,
    ],
  });
  const senders = bed.senders({ perSecond: bed.form(50, 100), bytes: [200, 6000] });
  await senders.sendFor(bed.form(4000, 30_000));
  await link.become("whole");
  await bed.drained(30_000);
  await pyroduct.stop();
  await eventually("the end of strace's file", async () => hasEnd(await Bun.file(file).text()), 20_000);

  const { proven, synced, broken, syncs } = proveCommits(parseStrace(await Bun.file(file).text()));
  const { acknowledged } = bed.tally;
  bed.notes.push(
    `${proven.size} of ${acknowledged} acknowledged profiles proven, ${synced.size} by one of ${syncs} syncs of the log`,
  );
  if (state === "gone") bed.expect(synced.size === acknowledged, `${synced.size} were synced`);
  else bed.expect(synced.size < proven.size, "nothing was delivered before it was synced");
  for (const problem of broken.slice(0, 5)) bed.problems.push(problem);
  bed.expect(broken.length === 0, `${broken.length} acknowledgements left too early`);
  const silent = bed.tally.acknowledgedNumbers().filter((number) => !proven.has(number));
  bed.expect(silent.length === 0, `nothing is shown for ${silent.length}: ${silent.slice(0, 5)}`);
}

/** Whether the first thread, whose number the first line has, is said to have ended. */
function hasEnd(log: string): boolean {
  const [, thread] = /^(\d+)/.exec(log) ?? [];
  return thread !== undefined && new RegExp(`^${thread} .*\\+\\+\\+ exited`, "m").test(log);
}

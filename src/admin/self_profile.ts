import type { Clock } from "../base/clock.ts";
import { CodedError } from "../base/failure.ts";
import { CallTree } from "./pprof/call_tree.ts";
import { encodePprof } from "./pprof/pprof_tree.ts";

/** A CPU profile of this very process. */
export interface SelfProfile {
  /** Gzipped pprof. */
  readonly pprof: Uint8Array;
  /** How many stacks were recorded. */
  readonly stacks: number;
  /** Milliseconds since the Unix epoch. */
  readonly from: number;
  readonly until: number;
}

/** How often a stack is looked at, in microseconds. */
const intervalUs = 1000;

/** The runtime takes no stacks while nothing runs: a longer time than this between two was not spent. */
const longestDeltaUs = 2 * intervalUs;

const microsecondNs = 1000;

/** A node of a profile as V8's protocol has it: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/ */
interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples?: readonly number[];
  readonly timeDeltas?: readonly number[];
}

/** Takes CPU profiles of this process, one at a time. */
export class SelfProfiler {
  readonly #clock: Clock;
  #isBusy = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Profiles while `meanwhile` runs.
   *
   * @throws CodedError where another profile is being taken.
   */
  async profile(meanwhile: () => Promise<unknown>): Promise<SelfProfile> {
    if (this.#isBusy) throw new CodedError("already_exists", "a profile is being taken already");
    this.#isBusy = true;
    const { Session } = await import("node:inspector/promises");
    const session = new Session();
    try {
      session.connect();
      await session.post("Profiler.enable");
      await session.post("Profiler.setSamplingInterval", { interval: intervalUs });
      const from = this.#clock.wall();
      await session.post("Profiler.start");
      await meanwhile();
      const { profile } = (await session.post("Profiler.stop")) as { profile: CpuProfile };
      const until = this.#clock.wall();
      const facts = {
        type: { type: "cpu", unit: "nanoseconds" },
        timeMs: from,
        durationMs: until - from,
        period: intervalUs * microsecondNs,
      };
      const bytes = encodePprof(treeOf(profile), 0, facts) as Uint8Array<ArrayBuffer>;
      return { pprof: Bun.gzipSync(bytes), stacks: profile.samples?.length ?? 0, from, until };
    } finally {
      session.disconnect();
      this.#isBusy = false;
    }
  }
}

function treeOf({ nodes, samples = [], timeDeltas = [] }: CpuProfile): CallTree {
  const tree = new CallTree(1);
  const stacks = stacksOf(tree, nodes);
  for (const [index, node] of samples.entries()) {
    const spentUs = Math.min(timeDeltas[index] ?? 0, longestDeltaUs);
    tree.add(0, stacks.get(node) ?? [], spentUs * microsecondNs);
  }
  return tree;
}

/** The functions that lead to each node, the outermost first. A node comes after the one that called it. */
function stacksOf(tree: CallTree, nodes: readonly ProfileNode[]): ReadonlyMap<number, readonly number[]> {
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const stacks = new Map<number, readonly number[]>();
  for (const { id, callFrame } of nodes) {
    const caller = callers.get(id);
    // The root is no function.
    if (caller === undefined) stacks.set(id, []);
    else {
      const number = tree.functionNumber(callFrame.functionName || "(anonymous)", fileOf(callFrame));
      stacks.set(id, [...(stacks.get(caller) ?? []), ...(number === undefined ? [] : [number])]);
    }
  }
  return stacks;
}

function fileOf({ url, lineNumber }: ProfileNode["callFrame"]): string {
  const file = url.replace(/^file:\/\//, "");
  return file === "" ? "" : `${file}:${lineNumber + 1}`;
}

/** A CPU profile as `bun --cpu-prof` writes it, which is V8's format. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      /** From 0. */
      readonly lineNumber: number;
    };
  }[];
  /** For each sample the node that was running. */
  readonly samples: readonly number[];
}

/** A function with its share of all samples, 0 to 1, without what it calls. */
export interface SelfTime {
  readonly name: string;
  /** File and line; empty where it is not of JavaScript. */
  readonly place: string;
  readonly share: number;
}

/**
 * The functions that ran most often when a sample was taken, the most frequent first. Samples are counted and times
 * between them not used: none are taken while nothing runs, and the time without would go to the next one.
 */
export function topFunctions({ nodes, samples }: CpuProfile, count: number): SelfTime[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const totals = new Map<string, { name: string; place: string; samples: number }>();
  for (const id of samples) {
    const { functionName = "", url = "", lineNumber = -1 } = frames.get(id) ?? {};
    const place = lineNumber < 0 ? "" : `${url.replace(/^file:\/\//, "")}:${lineNumber + 1}`;
    const key = `${functionName} ${place}`;
    const total = totals.get(key) ?? { name: functionName || "(anonymous)", place, samples: 0 };
    total.samples += 1;
    totals.set(key, total);
  }
  return [...totals.values()]
    .toSorted((left, right) => right.samples - left.samples)
    .slice(0, count)
    .map(({ name, place, samples: own }) => ({ name, place, share: own / samples.length }));
}

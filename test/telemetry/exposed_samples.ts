/** The samples of Prometheus' text format by name and labels as they stand there. */
export function samplesIn(text: string): ReadonlyMap<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space + 1))] as const;
    }),
  );
}

/** The bounds of a histogram's buckets, in their order, of the series with this in its labels. */
export function boundsIn(text: string, name: string, label: string): string {
  const keys = [...samplesIn(text).keys()].filter(
    (key) => key.startsWith(`${name}_bucket{`) && key.includes(label),
  );
  return keys.map((key) => /le="([^"]+)"/.exec(key)?.[1]).join(" ");
}

/** A chart's line and what it spans. */
export interface ChartLine {
  /** For an SVG path; empty where there is no value. Values that are missing leave a gap. */
  readonly path: string;
  readonly max: number;
  readonly last: number | null;
}

/** Draws values over time into a box of `width` × `height`, from 0 at its bottom to the largest at its top. */
export function chartLine(
  times: readonly number[],
  values: readonly (number | null)[],
  spanMs: number,
  width: number,
  height: number,
): ChartLine {
  const max = values.reduce<number>((largest, value) => Math.max(largest, value ?? 0), 0);
  const end = times.at(-1) ?? 0;
  let path = "";
  let isDrawing = false;
  values.forEach((value, index) => {
    const time = times[index];
    if (value === null || time === undefined) {
      isDrawing = false;
      return;
    }
    const x = width - ((end - time) / spanMs) * width;
    const y = max === 0 ? height : height - (value / max) * height;
    path += `${isDrawing ? "L" : "M"}${x.toFixed(1)},${y.toFixed(1)}`;
    isDrawing = true;
  });
  return { path, max, last: values.at(-1) ?? null };
}

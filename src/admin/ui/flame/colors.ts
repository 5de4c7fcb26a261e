/** What a frame is filled with; black text on it has a contrast of 4.5 and more. */
export function frameColor(name: string): string {
  // What belongs together looks alike: the hue comes from the package, the lightness from the function.
  const packageName = /^(.*?)[^/]*$/.exec(name)?.[1] || (/^([^.:]*)/.exec(name)?.[1] ?? "");
  const hue = 8 + (hashOf(packageName) % 48);
  const lightness = 66 + (hashOf(name) % 14);
  return `hsl(${hue} 78% ${lightness}%)`;
}

/** What a frame is filled with that grew (red), shrank (blue) or stayed (grey). */
export function changeColor(change: number): string {
  // Under 2 % is chance.
  if (Math.abs(change) < 0.02) return "hsl(220 8% 82%)";
  const strength = Math.min(1, Math.abs(change));
  const lightness = Math.round(88 - 24 * strength);
  return change > 0 ? `hsl(6 85% ${lightness}%)` : `hsl(212 85% ${lightness}%)`;
}

function hashOf(text: string): number {
  let hash = 2166136261;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 16777619);
  }
  return hash >>> 0;
}

const plain = /^[^\s"=\\\p{Cc}]+$/u;

/** Turns a JSON log line into `key=value` pairs, time and level first, as Grafana's programs write them. */
export function formatLogfmt(jsonLine: string): string {
  const { ts, level, msg, ...rest } = JSON.parse(jsonLine) as Record<string, unknown>;
  const pairs = Object.entries({ ts, level, msg, ...rest }).map(([key, value]) => `${key}=${quote(value)}`);
  return `${pairs.join(" ")}\n`;
}

function quote(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return plain.test(text) ? text : JSON.stringify(text).replaceAll(/\p{Cc}/gu, escapeUnit);
}

// JSON leaves some control characters as they are; a terminal would obey them.
function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

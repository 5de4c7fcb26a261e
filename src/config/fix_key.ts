import type { ConfigPath } from "./problem.ts";
import { type SchemaShape, shapeAt, unwrap } from "./schema_shape.ts";
import { suggest } from "./suggest.ts";

/** Keys that other programs have, and what stands for them here, where that is a key of the same block. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  address: ["listen_address"],
  bind: ["listen_address"],
  host: ["listen_address"],
  port: ["listen_port"],
  user: ["username"],
  pass: ["password"],
  passwd: ["password"],
  pwd: ["password"],
  token: ["bearer_token", "credentials"],
  token_file: ["bearer_token_file", "credentials_file"],
  api_key: ["bearer_token"],
  timeout: ["remote_timeout"],
  retries: ["max_backoff_retries"],
  max_retries: ["max_backoff_retries"],
  labels: ["external_labels"],
  insecure: ["insecure_skip_verify"],
  skip_verify: ["insecure_skip_verify"],
  tls: ["tls_config"],
  ssl: ["tls", "tls_config"],
  tls_config: ["tls"],
  rules: ["rule"],
  endpoints: ["endpoint"],
  source: ["source_labels"],
  target: ["target_label"],
  ca: ["ca_file"],
  cert: ["cert_file"],
  key: ["key_file"],
};

/** Arguments that stand for something that is written in another way here. */
const otherWays: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:metric_|write_)?relabel(?:_configs?|_rules?|ing)?$/,
    "make it a component of its own, pyroscope.relabel with a rule for each, which forwards to this one",
  ],
  [/^urls$/, "write endpoint as a list, with one url each: endpoint: [{ url: … }, { url: … }]"],
];

/** What Prometheus and the OpenTelemetry Collector have at the top of their files. */
const foreign: readonly (readonly [RegExp, string])[] = [
  [/^(?:scrape_configs|remote_write|remote_read|rule_files|alerting|global)$/, "Prometheus"],
  [/^(?:receivers|processors|exporters|extensions|service)$/, "the OpenTelemetry Collector"],
];

/** How many keys are told at most. */
const toldKeys = 12;

/** What to do about a key that its mapping does not have; `path` leads to it. */
export function fixOfUnknownKey(root: SchemaShape, path: ConfigPath): string | undefined {
  const key = String(path.at(-1));
  const siblings = Object.keys(blockOf(shapeAt(root, path.slice(0, -1)))?.entries ?? {});
  if (path.length === 1) return fixOfUnknownComponent(key, siblings);
  const name = snakeCase(key);
  const other = otherWays.find(([pattern]) => pattern.test(name));
  if (other !== undefined) return other[1];
  const meant =
    (siblings.includes(name) ? name : undefined) ??
    (Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined)?.find((one) => siblings.includes(one)) ??
    suggest(key, siblings);
  if (meant !== undefined) return `write ${meant} in place of ${key}`;
  return placeElsewhere(root, path, name) ?? `write one of the keys that there are: ${told(siblings)}`;
}

/** What to do about a key that is missing; `present` are those that are there. */
export function fixOfMissingKey(
  path: ConfigPath,
  present: readonly string[],
  receivers: readonly string[],
): string | undefined {
  const key = String(path.at(-1));
  const block =
    path.length > 1
      ? ` below ${path.findLast((part, at) => at < path.length - 1 && typeof part === "string")}`
      : "";
  const receiver = receivers[0] ?? "pyroscope.write.default.receiver";
  if (key === "forward_to") return `add forward_to: [${receiver}]${block}`;
  if (key === "endpoint") {
    return present.includes("url")
      ? "write endpoint: above url, and indent url below it"
      : `add endpoint: { url: http://pyroscope:4040 }${block}`;
  }
  if (key === "url") return `add url: http://pyroscope:4040${block}`;
  return `add ${key}: …${block}`;
}

function fixOfUnknownComponent(key: string, components: readonly string[]): string | undefined {
  const prefixed = components.find((one) => one.endsWith(`.${snakeCase(key)}`));
  if (prefixed !== undefined) return `write ${prefixed}`;
  const near = suggest(key, components);
  if (near !== undefined) return `write ${near}`;
  if (/^(?:\/\/|\/\*)/.test(key)) return "take the comment out, or begin it with #";
  const owner = foreign.find(([pattern]) => pattern.test(key))?.[1];
  if (owner !== undefined) {
    return `start from a configuration of pyroduct's own: this key is one of ${owner}'s; at the top there are ${told(components)}`;
  }
  if (/^(?:pyroscope|discovery|prometheus|loki|local|remote|otelcol|faro|beyla|import)\.\w/.test(key)) {
    return `leave ${key} in Alloy and let it forward to pyroduct: here there are ${told(components)}`;
  }
  return `write one of the components that there are: ${told(components)}`;
}

// A line that is indented too little or too much has its key in a block around or beside it.
function placeElsewhere(root: SchemaShape, path: ConfigPath, name: string): string | undefined {
  for (let depth = path.length - 2; depth >= 2; depth -= 1) {
    const outer = blockOf(shapeAt(root, path.slice(0, depth)));
    const parent = path.slice(0, depth).findLast((part) => typeof part === "string");
    if (outer?.entries !== undefined && Object.hasOwn(outer.entries, name)) {
      return `indent ${name} less: it belongs below ${parent}`;
    }
  }
  const below = wayDown(blockOf(shapeAt(root, path.slice(0, -1))), name);
  return below === undefined ? undefined : `write ${name} below ${below.join(".")}, and indent it`;
}

function wayDown(shape: SchemaShape | undefined, name: string): string[] | undefined {
  for (const [key, entry] of Object.entries(shape?.entries ?? {})) {
    const inner = blockOf(entry);
    if (inner?.entries === undefined) continue;
    if (Object.hasOwn(inner.entries, name)) return [key];
    const deeper = wayDown(inner, name);
    if (deeper !== undefined) return [key, ...deeper];
  }
  return undefined;
}

// Of a block that may be repeated, one.
function blockOf(shape: SchemaShape | undefined): SchemaShape | undefined {
  const inner = shape && unwrap(shape);
  return inner?.item === undefined ? inner : unwrap(inner.item);
}

function snakeCase(key: string): string {
  return key
    .replaceAll(/([a-z\d])([A-Z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toLowerCase();
}

function told(keys: readonly string[]): string {
  const more = keys.length - toldKeys;
  const shown = keys.slice(0, toldKeys).join(", ");
  return more > 0 ? `${shown} and ${more} more, see pyroduct print reference` : shown;
}

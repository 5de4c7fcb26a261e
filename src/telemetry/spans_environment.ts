/** Environment variables by their names. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment wants of pyroduct's own spans. */
export type SpansWish =
  | { readonly type: "off" }
  /** They are wanted, but not in a way that is possible. */
  | { readonly type: "impossible"; readonly problem: string }
  /** `destination`: where they go, without credentials. */
  | { readonly type: "on"; readonly destination: string };

/**
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ and
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
const signalPrefix = "OTEL_EXPORTER_OTLP_TRACES_";
const commonPrefix = "OTEL_EXPORTER_OTLP_";

const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
];

const off: SpansWish = { type: "off" };

/** Reads the variables that say whether and where spans go; the others are read by what sends them. */
export function spansWish(environment: Environment): SpansWish {
  const endpoint = setting(environment, "ENDPOINT");
  const exporters = read(environment, "OTEL_TRACES_EXPORTER")?.split(",");
  const isDisabled = read(environment, "OTEL_SDK_DISABLED")?.toLowerCase() === "true";
  if (endpoint === undefined || isDisabled || exporters?.includes("none")) return off;
  const problem = settingsProblem(environment, exporters);
  if (problem !== undefined) return { type: "impossible", problem };
  const url = URL.canParse(endpoint.value) ? new URL(endpoint.value) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    return { type: "impossible", problem: `${endpoint.name} is no http or https URL` };
  const isWhole = endpoint.name.startsWith(signalPrefix);
  return {
    type: "on",
    destination: isWhole
      ? url.origin + url.pathname
      : `${url.origin}${url.pathname.replace(/\/?$/, "/v1/traces")}`,
  };
}

function settingsProblem(
  environment: Environment,
  exporters: readonly string[] | undefined,
): string | undefined {
  if (exporters?.every((name) => name.trim() !== "otlp")) return "OTEL_TRACES_EXPORTER does not name otlp";
  const protocol = setting(environment, "PROTOCOL");
  if (protocol?.value === "grpc") return `${protocol.name} is grpc, and only http/protobuf is spoken`;
  const sampler = read(environment, "OTEL_TRACES_SAMPLER");
  if (sampler !== undefined && !samplers.includes(sampler))
    return `OTEL_TRACES_SAMPLER is none of ${samplers.join(", ")}`;
  return undefined;
}

/** A setting of OTLP: its variable for traces, else the one for everything. */
function setting(environment: Environment, name: string) {
  for (const prefix of [signalPrefix, commonPrefix]) {
    const value = read(environment, prefix + name);
    if (value !== undefined) return { name: prefix + name, value };
  }
  return undefined;
}

// A variable that is empty counts as one that is not set.
function read(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === "" ? undefined : value;
}

import type { BenchEnvironment } from "./environment.ts";
import { findOther, startBareRelay, startNginxProxy } from "./other_receivers.ts";
import { pyroduct } from "./pyroduct_receiver.ts";
import type { SinkPort } from "./sink.ts";

/** A receiver under load. */
export interface Receiver extends AsyncDisposable {
  /** What it is called, where it is not what rows call it. */
  readonly name?: string;
  /** Such as `http://127.0.0.1:4040`. */
  readonly url: string;
  /** The process to measure, with all that it starts; undefined where it is not known. */
  readonly pid: number | undefined;
  /** Where each of its profiles must arrive. */
  readonly destinations: readonly SinkPort[];
  /** Whether it may send each series of a Push in a request of its own, as Alloy does. */
  readonly splitsPush?: boolean;
}

/** How a receiver is started. */
export interface ReceiverDefinition {
  /** Starts it; its address takes requests once this resolves. Environment variables reach pyroduct alone. */
  readonly start: (
    environment: BenchEnvironment,
    variables: Readonly<Record<string, string>>,
  ) => Promise<Receiver>;
  /** Why it can't be started with this executable, in a few words; undefined where it can. */
  readonly unsupported?: (environment: BenchEnvironment) => Promise<string | undefined>;
}

/** Ten rules as scrape configurations have them; the profiles of the bench match each regular expression. */
export const tenRules = [
  { source_labels: ["env"], target_label: "environment" },
  { source_labels: ["region"], regex: "([a-z]+)-.*", target_label: "continent" },
  { source_labels: ["env", "region"], separator: "/", target_label: "zone" },
  { source_labels: ["version"], regex: "(\\d+)\\..*", target_label: "major", replacement: "v$1" },
  { source_labels: ["service_name"], regex: "shop\\.(.+)", target_label: "part" },
  { source_labels: ["region"], action: "uppercase", target_label: "region" },
  { source_labels: ["service_name"], action: "hashmod", modulus: 16, target_label: "shard" },
  { source_labels: ["env"], action: "keep", regex: "prod|staging" },
  { source_labels: ["service_name"], action: "drop", regex: "test-.*" },
  { action: "labeldrop", regex: "shard_.*" },
];

/** Every receiver that rows name. */
const receivers = {
  nginx: { start: (environment) => startNginxProxy(environment, "http") },
  bare: { start: startBareRelay },
  pyroduct: pyroduct(),
  "pyroduct, 2 endpoints": pyroduct({ endpoints: 2 }),
  "pyroduct, 2 writers": pyroduct({ writers: 2 }),
  "pyroduct, 10 rules": pyroduct({ rules: tenRules }),
  "pyroduct, 2 workers": pyroduct({ flags: ["--workers=2"], needsFlag: "--workers" }),
  "pyroduct, disk queue": pyroduct({ endpoint: { queue: { type: "disk", drain_rate: "1GB/s" } } }),
  "pyroduct, disk queue, away": pyroduct({
    isAway: true,
    endpoint: { queue: { type: "disk", max_bytes: "64GiB" } },
  }),
  "nginx, TLS": { start: (environment) => startNginxProxy(environment, "https") },
  "pyroduct, TLS": pyroduct({ scheme: "https" }),
  /** Whatever `--against` names. */
  against: { start: startAgainst },
} satisfies Record<string, ReceiverDefinition>;

/** The name of a receiver. */
export type ReceiverName = keyof typeof receivers;

/** How the receiver of a name is started. */
export function definitionOf(name: ReceiverName): ReceiverDefinition {
  return receivers[name];
}

async function startAgainst(environment: BenchEnvironment): Promise<Receiver> {
  const { againstName = "" } = environment.options;
  // Lines and goals of the table go by the name.
  if (Object.hasOwn(receivers, againstName))
    throw new Error(`--against-name: the bench has its own ${againstName}`);
  return await findOther(environment);
}

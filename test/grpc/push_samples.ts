import { entriesOf, shortHash } from "../wire/push_message.ts";
import type { Recording } from "../wire/recording.ts";
import type { PushMessage } from "./push_caller.ts";

/** The labels of the usual series, and what the destination must get of them. */
const labels = {
  __name__: "process_cpu",
  __session_id__: "f00d",
  region: "eu-west 1",
  service_name: "checkout",
};
const arrivedLabels = [
  ["__name__", "process_cpu"],
  ["app_name", "process_cpu"],
  ["region", "eu-west 1"],
  ["service_name", "checkout"],
];

/** One series with one sample. */
export function message(profile: Uint8Array, more: Readonly<Record<string, string>> = {}): PushMessage {
  const pairs = Object.entries({ ...labels, ...more }).map(([name, value]) => ({ name, value }));
  return { series: [{ labels: pairs, samples: [{ rawProfile: profile, ID: "sample-1" }] }] };
}

/** Bytes that no two calls have in common, none of which gzip could spare. */
export function noise(bytes: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(bytes));
}

/** What a destination must have got when `message(profile)` has been delivered once. */
export function arrivalOf(profile: Uint8Array): object {
  return { labels: arrivedLabels, hash: shortHash(profile), id: "sample-1" };
}

/** What a destination has got. */
export function arrivals({ requests }: Recording): object[] {
  return requests.flatMap(entriesOf);
}

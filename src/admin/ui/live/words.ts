import type { LiveDelivery, LiveDrop, LiveProfile, LiveSampling, LiveStatus } from "../../api/live.ts";
import { formatCount, formatSpan } from "../format.ts";

/** What a status is called, and what colour it has. */
export const statusWords: Readonly<
  Record<LiveStatus, { readonly text: string; readonly tone: "good" | "bad" | "warn" | "" }>
> = {
  under_way: { text: "under way", tone: "" },
  delivered: { text: "delivered", tone: "good" },
  partly: { text: "partly delivered", tone: "warn" },
  failed: { text: "failed", tone: "bad" },
  dropped: { text: "dropped", tone: "warn" },
  refused: { text: "refused", tone: "bad" },
};

/** Where a delivery went: the endpoint's name, or the store's. */
export function destinationOf({ component, endpoint }: LiveDelivery): string {
  return endpoint ?? component;
}

/** How a delivery went, in a line: `failed after 3 attempts in 1.2 s: 503 Service Unavailable`. */
export function deliveryWords({ outcome, attempts, duration_ms, reason }: LiveDelivery): string {
  const words = [outcome === "under_way" ? "under way" : outcome];
  if (attempts > 1) words.push(`after ${attempts} attempts`);
  if (duration_ms !== null) words.push(`in ${formatSpan(duration_ms)}`);
  return reason === null ? words.join(" ") : `${words.join(" ")}: ${reason}`;
}

/** Which rule dropped a profile, as the configuration has it; undefined where no rule did. */
export function ruleWords({ rule }: LiveDrop): string | undefined {
  if (rule === null) return undefined;
  const sources = rule.source_labels.length === 0 ? "" : ` on ${rule.source_labels.join(rule.separator)}`;
  const target = rule.target_label === "" ? "" : `, target label ${rule.target_label}`;
  return `rule[${rule.index}]: ${rule.action}${sources}, regex ${rule.regex}${target}; it saw “${rule.value}”`;
}

/** Why a profile did not get everywhere, in a line; undefined where it did. */
export function whyNot({ refused, drops, deliveries }: LiveProfile): string | undefined {
  if (refused !== null) return refused;
  const failed = deliveries.find(({ outcome }) => outcome === "failed");
  if (failed !== undefined) return `${destinationOf(failed)}: ${failed.reason ?? "failed"}`;
  const drop = drops[0];
  return drop && `${drop.component}: ${drop.reason}`;
}

/** How much of what passes is shown. */
export function samplingWords({ seconds, passed, matched, unseen, recorded }: LiveSampling): string {
  const perSecond = (count: number) => `${formatCount(seconds === 0 ? 0 : count / seconds)}/s`;
  const words = [`${perSecond(passed)} pass`];
  if (matched < passed) words.push(`${perSecond(matched)} match`);
  words.push(recorded < matched || unseen > 0 ? `${perSecond(recorded)} are shown` : "all are shown");
  return words.join(", ");
}

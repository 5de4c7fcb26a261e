import type { ReportProblem } from "../../component/definition.ts";
import type { EndpointArguments } from "../schema.ts";
import { checkSharedQueue } from "./jetstream/checks.ts";
import { type QueueArguments, sharedQueueKeys } from "./schema.ts";

/** What a queue's endpoint is called in its component: its name, else its URL. */
export function endpointLabel({ name, url }: Pick<EndpointArguments, "name" | "url">): string {
  return name ?? url;
}

/** Checks a `queue` block. */
export function checkQueue(queue: QueueArguments, report: ReportProblem): void {
  if (queue.type === "jetstream") {
    checkSharedQueue(queue, report);
    return;
  }
  for (const key of sharedQueueKeys) {
    if (queue[key] !== undefined) report([key], "is for the type jetstream only");
  }
}

/** Whether a queue writes the headers that travel with a profile to where they outlive the process. */
export function isStored({ type }: QueueArguments): boolean {
  return type !== "memory";
}

/** Reports endpoints whose queues could not be told apart. */
export function checkQueueNames(endpoints: readonly EndpointArguments[], report: ReportProblem): void {
  const seen = new Set<string>();
  endpoints.forEach((endpoint, index) => {
    if (endpoint.queue === undefined) return;
    const label = endpointLabel(endpoint);
    if (seen.has(label)) report([index], "needs a name of its own, for its queue to be told from another's");
    seen.add(label);
  });
}

import type { QueueLabels } from "./metrics.ts";

/** What a queue is called: the same after a restart, as long as component and endpoint are called the same. */
export function queueName(componentId: string, endpoint: string): string {
  return `${componentId}:${endpoint}`;
}

/** The component and the endpoint in a queue's name; no component has a colon in its own. */
export function nameOfQueue(queue: string): QueueLabels {
  const colon = queue.indexOf(":");
  return { component_id: queue.slice(0, colon), endpoint: queue.slice(colon + 1) };
}

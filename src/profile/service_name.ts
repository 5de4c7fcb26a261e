import { appNameLabel, type LabelSet, nameLabel, serviceNameLabel } from "./label_set.ts";

/**
 * Makes sure that a received profile says which service it is of: without a `service_name` it gets the
 * sender's name; with one, the sender's name moves to `app_name`, whatever was there.
 */
export function withServiceName(labels: LabelSet): LabelSet {
  const name = labels.get(nameLabel) ?? "";
  const target = labels.has(serviceNameLabel) ? appNameLabel : serviceNameLabel;
  if (labels.get(target) === name) return labels;
  const completed = new Map(labels);
  if (name === "") completed.delete(target);
  else completed.set(target, name);
  return completed;
}

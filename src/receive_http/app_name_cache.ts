import { Lru } from "../base/lru.ts";
import { parseAppName } from "../profile/app_name.ts";
import { type LabelSet, labelSetOf } from "../profile/label_set.ts";
import { withServiceName } from "../profile/service_name.ts";
import { percentDecode } from "./ingest_query.ts";

/** The labels in the `name` parameter of /ingest, or why it can't be read. */
export type NamedLabels =
  | { readonly ok: true; readonly labels: LabelSet }
  | { readonly ok: false; readonly problem: string };

/** How many names are remembered: about as many as one instance has senders. */
const maxNames = 4096;

/** Longer names, in characters, are read each time: they are rare, and would fill the memory. */
const longestName = 2048;

/**
 * Reads `name` parameters, and remembers the latest: a sender says the same name with every profile. Equal names
 * yield the very same label set, so that whatever is worked out about it can be remembered as well.
 */
export class AppNameCache {
  readonly #known = new Lru<string, NamedLabels>(maxNames);

  /** @param name percent-encoded, as it came. */
  labelsOf(name: string): NamedLabels {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const labels = readLabels(name);
    // Mistakes are not remembered: whoever makes them may make a new one each time.
    if (labels.ok && name.length <= longestName) this.#known.set(name, labels);
    return labels;
  }
}

function readLabels(name: string): NamedLabels {
  const app = parseAppName(percentDecode(name));
  return app.ok ? { ok: true, labels: withServiceName(labelSetOf(app.labels)) } : app;
}

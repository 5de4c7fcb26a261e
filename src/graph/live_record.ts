import type { LabelSet } from "../profile/label_set.ts";
import type { DeliveryEnd, DeliveryWatch, DropReason } from "../profile/profile_watch.ts";
import { describeCause } from "../profile/status.ts";
import type { LiveDelivery, LiveDrop, LiveRecord, LiveStatus } from "./live_shapes.ts";

/** What a record says of a profile when it comes in. */
export type LiveArrival = Omit<
  LiveRecord,
  "id" | "request" | "status" | "refused" | "drops" | "deliveries" | "has_body"
>;

interface Delivery extends LiveDelivery {
  readonly startedAt: number;
}

/** A record while it is being written. */
export class LiveRow {
  readonly id: string;
  readonly request: string;
  readonly labels: LabelSet;
  readonly #arrival: LiveArrival;
  readonly #changed: () => void;
  #refused: string | null = null;
  #isEnded = false;
  readonly #drops: LiveDrop[] = [];
  readonly #deliveries = new Map<string, Delivery>();
  /** Rises with every change, over all rows. */
  sequence = 0;

  /** @param changed called after every change. */
  constructor(id: string, request: string, arrival: LiveArrival, changed: (row: LiveRow) => void) {
    this.id = id;
    this.request = request;
    this.#arrival = arrival;
    this.labels = new Map(Object.entries(arrival.labels));
    this.#changed = () => changed(this);
  }

  refuse(problem: string): void {
    this.#refused ??= problem;
    this.#changed();
  }

  drop(component: string, { text, rule }: DropReason): void {
    const shown = rule && {
      index: rule.index,
      action: rule.action,
      source_labels: rule.sourceLabels,
      separator: rule.separator,
      regex: rule.regex,
      target_label: rule.targetLabel,
      value: rule.value,
    };
    this.#drops.push({ component, reason: text, rule: shown ?? null });
    this.#changed();
  }

  began(component: string, endpoint: string | undefined, startedAt: number): void {
    const delivery: Delivery = {
      component,
      endpoint: endpoint ?? null,
      outcome: "under_way",
      attempts: 0,
      duration_ms: null,
      reason: null,
      http_status: null,
      startedAt,
    };
    this.#deliveries.set(keyOf(component, endpoint), delivery);
    this.#changed();
  }

  settled(component: string, endpoint: string | undefined, end: DeliveryEnd, endedAt: number): void {
    const key = keyOf(component, endpoint);
    const cause = end.failure?.cause;
    const startedAt = this.#deliveries.get(key)?.startedAt ?? endedAt;
    this.#deliveries.set(key, {
      component,
      endpoint: endpoint ?? null,
      outcome: end.outcome,
      attempts: end.attempts,
      duration_ms: endedAt - startedAt,
      reason: cause === undefined ? null : describeCause(cause),
      http_status: cause?.type === "answer" ? cause.status : null,
      startedAt,
    });
    this.#changed();
  }

  end(): void {
    this.#isEnded = true;
    this.#changed();
  }

  /** @param hasBody whether its body is still there. */
  record(hasBody: boolean): LiveRecord {
    const deliveries = [...this.#deliveries.values()].map(({ startedAt: _, ...delivery }) => delivery);
    return {
      ...this.#arrival,
      id: this.id,
      request: this.request,
      status: this.#status(),
      refused: this.#refused,
      drops: this.#drops,
      deliveries,
      has_body: hasBody,
    };
  }

  #status(): LiveStatus {
    if (this.#refused !== null) return "refused";
    if (!this.#isEnded && (this.#deliveries.size > 0 || this.#drops.length === 0)) return "under_way";
    const outcomes = [...this.#deliveries.values()].map(({ outcome }) => outcome);
    if (outcomes.length === 0) return this.#drops.length > 0 ? "dropped" : "delivered";
    const failed = outcomes.filter((outcome) => outcome === "failed").length;
    if (failed === outcomes.length) return "failed";
    return failed > 0 || this.#drops.length > 0 ? "partly" : "delivered";
  }
}

/** Tells several rows how the sending that they share goes. */
export function deliveryOf(rows: readonly LiveRow[], component: string, now: () => number): DeliveryWatch {
  return {
    began: (endpoint) => {
      for (const row of rows) row.began(component, endpoint, now());
    },
    settled: (endpoint, end) => {
      for (const row of rows) row.settled(component, endpoint, end, now());
    },
  };
}

function keyOf(component: string, endpoint: string | undefined): string {
  return `${component} ${endpoint ?? ""}`;
}

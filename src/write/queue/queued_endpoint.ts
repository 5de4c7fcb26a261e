import { formatDuration } from "../../base/duration.ts";
import type { ComponentContext, QueueStatus } from "../../component/definition.ts";
import { type DeliveryFailure, delivered, type Outcome } from "../../profile/failure_report.ts";
import type { Endpoint } from "../endpoint.ts";
import type { EndpointTarget } from "../endpoint_target.ts";
import type { EndpointMetrics } from "../metrics.ts";
import type { EndpointArguments } from "../schema.ts";
import type { Outgoing } from "../sender.ts";
import type { PumpMetrics } from "./metrics.ts";
import { nameOfQueue, queueName } from "./queue_name.ts";
import type { QueueOwner } from "./queue_owners.ts";
import { QueuePump } from "./queue_pump.ts";
import type { Appended } from "./queue_store.ts";
import { queuedProfile } from "./queued_outgoing.ts";
import { limitsOf, type QueueArguments } from "./schema.ts";
import type { WriteQueues } from "./write_queues.ts";

/** How long what is under way may take at the end where the queue keeps it anyway, in milliseconds. */
const lastAttemptsMs = 1000;

/** How long a store may take to hand out what it was asked for, before somebody else goes on, in milliseconds. */
const lastClaimMs = 10_000;

/** How long a sender should wait where the queue is full, in milliseconds. */
const fullRetryAfterMs = 1000;

/** What an endpoint with a queue is made of. */
export interface QueuedEndpointParts {
  readonly context: ComponentContext;
  readonly args: EndpointArguments;
  readonly queueArgs: QueueArguments;
  /** Makes each attempt. */
  readonly endpoint: Endpoint;
  readonly metrics: EndpointMetrics;
  readonly queues: WriteQueues;
}

/** An endpoint whose profiles are queued: to its senders one has arrived once it is stored, or delivered before that. */
export class QueuedEndpoint {
  readonly #parts: QueuedEndpointParts;
  readonly #queue: string;
  readonly #metrics: PumpMetrics;
  #owner: QueueOwner | undefined;

  constructor(parts: QueuedEndpointParts) {
    this.#parts = parts;
    this.#queue = queueName(parts.context.id, parts.endpoint.target.label);
    this.#metrics = parts.queues.metrics.pump(nameOfQueue(this.#queue));
  }

  get target(): EndpointTarget {
    return this.#parts.endpoint.target;
  }

  /** Opens the queue; throws a CodedError where that can't be done. */
  async start(): Promise<void> {
    const { args, queueArgs, endpoint, queues, context, metrics } = this.#parts;
    const store = await queues.stores.for(queueArgs);
    const pump = new QueuePump({
      queue: this.#queue,
      store,
      endpoint,
      args,
      queueArgs,
      clock: context.clock,
      now: queues.now,
      metrics: this.#metrics,
      onRefused: (size) => {
        this.#metrics.refused();
        metrics.dropped(size);
      },
    });
    this.#owner = {
      queue: this.#queue,
      store,
      limits: limitsOf(queueArgs),
      pump,
      dropped: (_, samples, bytes) => metrics.dropped({ samples, bytes }),
    };
    await queues.owners.attach(this.#owner);
    this.target.start(() => pump.renew());
  }

  /** Begins to send what is queued. */
  activate(): void {
    if (this.#owner === undefined) return;
    this.#parts.queues.owners.activate(this.#owner);
    void this.#parts.queues.gather(this.#queue);
  }

  /** Takes a profile; resolves once it is delivered, or as safe as this type of queue makes it. */
  async deliver(outgoing: Outgoing): Promise<Outcome> {
    const { label } = this.target;
    const { watch } = outgoing;
    watch?.began(label);
    const owner = this.#owner;
    if (owner === undefined) {
      const failure = this.#refusal("the queue is not open");
      watch?.settled(label, { outcome: "failed", attempts: 0, failure });
      return [failure];
    }
    const leftMs = outgoing.request.deadlineAt - this.#parts.context.clock.now();
    const appended = await this.#inTime(this.#enqueue(outgoing, owner), leftMs);
    // Others may keep the same body.
    if (isKept(appended)) outgoing.isKept = true;
    const failure = this.#failureOf(appended);
    if (failure !== undefined) watch?.settled(label, { outcome: "failed", attempts: 0, failure });
    else if (appended?.type === "delivered") watch?.settled(label, { outcome: "delivered", attempts: 1 });
    else watch?.settled(label, { outcome: "queued", attempts: 0 });
    return failure === undefined ? delivered : [failure];
  }

  #enqueue(outgoing: Outgoing, { pump, store }: QueueOwner): Promise<Appended> {
    const profile = queuedProfile(outgoing, this.#parts.queues.now());
    const headStartMs = pump.headStart(profile.body.byteLength);
    if (headStartMs === undefined) return store.append(this.#queue, profile);
    // Whether or not its sender still waits, it is sent; and what does not arrive is stored.
    const { lease, stored } = store.admit(this.#queue, profile, headStartMs);
    pump.add({ lease, attempts: 0, profile });
    return stored;
  }

  /** What waits, for whoever looks. */
  status(): QueueStatus {
    const { profiles = 0, bytes = 0, oldestAt } = this.#owner?.store.stats(this.#queue) ?? {};
    const oldestMs = oldestAt === undefined ? undefined : Math.max(0, this.#parts.queues.now() - oldestAt);
    return { type: this.#parts.queueArgs.type, profiles, bytes, oldestMs };
  }

  /** What is wrong with the queue, in words for the operator; undefined where nothing is. */
  problem(): string | undefined {
    const owner = this.#owner;
    if (owner === undefined) return undefined;
    const { queues, queueArgs, args } = this.#parts;
    const { label } = this.target;
    if (owner.store.problem !== undefined)
      return `nothing can be queued for ${label}: ${owner.store.problem}`;
    const { pause } = owner.pump;
    if (pause !== undefined) {
      const every = formatDuration(args.max_backoff_period);
      return `${label} refuses what is sent, whatever it is: ${pause}; tried again after ${every}, or when its credentials or arguments change`;
    }
    const { oldestAt, profiles } = owner.store.stats(this.#queue) ?? { oldestAt: undefined, profiles: 0 };
    const ageMs = oldestAt === undefined ? 0 : queues.now() - oldestAt;
    if (ageMs <= queueArgs.unhealthy_after) return undefined;
    const age = formatDuration(Math.floor(ageMs / 1000) * 1000);
    return `${profiles} profiles are queued for ${label}, the oldest for ${age}`;
  }

  /**
   * Ends: a queue that does not outlive the process is sent as far as that goes in time.
   *
   * @param isLast whether the process is about to end.
   */
  async stop(graceMs: number, isLast: boolean): Promise<void> {
    const owner = this.#owner;
    this.target.stop();
    if (owner === undefined) return;
    const { queues, context } = this.#parts;
    const endsAt = context.clock.now() + graceMs;
    if (isLast && !owner.store.isLasting) await owner.pump.drain(graceMs);
    await owner.pump.stop(Math.max(0, Math.min(lastAttemptsMs, endsAt - context.clock.now())));
    // What is handed over must be all there is; the end of the process hands nothing over.
    if (!isLast && !(await owner.pump.hasGivenBack(lastClaimMs))) {
      context.log.warn("what was being read of a queue is handed over by the next reload only", {
        queue: this.#queue,
      });
    }
    const isOrphan = await queues.owners.detach(owner);
    await queues.gather(this.#queue);
    const { profiles = 0, deadLetters = 0 } = owner.store.stats(this.#queue) ?? {};
    if (isLast || !isOrphan || profiles + deadLetters === 0) return;
    context.log.warn(
      "what was queued for an endpoint that is gone is kept until it is sent again or dropped",
      {
        queue: this.#queue,
        profiles,
        dead_letters: deadLetters,
      },
    );
  }

  #inTime(stored: Promise<Appended>, leftMs: number): Promise<Appended | undefined> {
    return new Promise((resolve) => {
      const timer = this.#parts.context.clock.schedule(Math.max(0, leftMs), () => resolve(undefined));
      void stored.then((appended) => {
        timer.cancel();
        resolve(appended);
      });
    });
  }

  #failureOf(appended: Appended | undefined): DeliveryFailure | undefined {
    if (appended === undefined) {
      this.#metrics.rejected("too_slow");
      return this.#refusal("the queue took too long");
    }
    switch (appended.type) {
      case "delivered":
        this.#metrics.enqueued(appended.isWritten);
        return undefined;
      case "stored":
        this.#metrics.enqueued(true);
        return undefined;
      case "full":
        this.#metrics.rejected("full");
        return this.#refusal("the queue is full");
      case "failed":
        this.#metrics.rejected("failed");
        return this.#refusal(`the profile can't be queued: ${appended.reason}`);
    }
  }

  #refusal(text: string): DeliveryFailure {
    const destination = `${this.#parts.context.id} ${this.target.label}`;
    const cause = { type: "local", code: "unavailable", text } as const;
    return { destination, attempts: 0, cause, retryAfterMs: fullRetryAfterMs };
  }
}

/** Whether the body is needed still: it is on its way, or is written. */
function isKept(appended: Appended | undefined): boolean {
  if (appended === undefined || appended.type === "stored") return true;
  return appended.type === "delivered" && appended.isWritten;
}

import type { Clock } from "../base/clock.ts";
import type { Profile } from "../profile/profile.ts";
import {
  type DeliveryWatch,
  type DropReason,
  type ProfilePart,
  type ProfileTap,
  partOf,
  partsOf,
  type RequestWatch,
  type TapPoint,
} from "../profile/profile_watch.ts";
import type { RequestContext } from "../profile/request_context.ts";
import { areHuge, arrivalOf, labelsOf } from "./live_arrival.ts";
import { LiveBodies, type LiveBody } from "./live_bodies.ts";
import { deliveryOf, LiveRow } from "./live_record.ts";
import type { LiveRecord } from "./live_shapes.ts";
import { LiveViewers } from "./live_viewers.ts";

/** What someone who looks asks for, again and again. */
export interface LiveQuery {
  /** Whoever asks, by a name of their own choosing. */
  readonly viewer: string;
  /** A selector of labels. */
  readonly match: string;
  /** `next` of the answer before; 0 at the beginning. */
  readonly after: number;
}

/** How much there was to see since this viewer came: see the admin API's LiveSampling. */
export interface LiveCounts {
  readonly passed: number;
  readonly matched: number;
  readonly unseen: number;
  readonly recorded: number;
}

/** What is new for someone who looks. */
export interface LiveAnswer {
  /** New or changed, the one that changed first being the first. */
  readonly records: readonly LiveRecord[];
  readonly next: number;
  readonly counts: LiveCounts;
}

/** Profiles that are remembered: at the rate below, those of the last 20 seconds. */
const mostRows = 1000;

/** Profiles recorded in a second, and at once after a pause: more than a person can read. */
const recordedPerSecond = 50;
const recordedAtOnce = 100;

/** What looking may take of each second of the serving thread, in milliseconds. */
const budgetMs = 10;

/** Series of one request that are looked at. */
const mostParts = 64;

const secondMs = 1000;

/**
 * Records profiles as they pass, sampled and bounded, as long as anyone looks. What it takes of the serving thread
 * is bounded in time too: beyond that, profiles pass unseen, and are counted.
 */
export class LiveTap implements ProfileTap {
  readonly #clock: Clock;
  readonly #point: TapPoint;
  readonly #viewers: LiveViewers;
  readonly #rows = new Map<string, LiveRow>();
  readonly #bodies = new LiveBodies();
  /** So that the ids of several processes are never the same. */
  readonly #prefix = Bun.randomUUIDv7().slice(-8);
  #requests = 0;
  #sequence = 0;
  #passed = 0;
  #unseen = 0;
  #tokens = recordedAtOnce;
  #refilledAt: number;
  #secondEndsAt = 0;
  #spentMs = 0;

  constructor(clock: Clock, point: TapPoint) {
    this.#clock = clock;
    this.#point = point;
    this.#viewers = new LiveViewers(clock);
    this.#refilledAt = clock.now();
  }

  /**
   * What is new for a viewer; profiles are recorded from then on for as long as anyone asks again.
   *
   * @throws CodedError where the selector is wrong, or too many look already.
   */
  ask({ viewer: name, match, after }: LiveQuery): LiveAnswer {
    this.#viewers.expire();
    const viewer = this.#viewers.renew(name, match, this.#passed, this.#unseen);
    if (this.#point.tap === undefined) {
      this.#point.tap = this;
      this.#watchForTheLast();
    }
    const { matched, recorded, passedBefore, unseenBefore, selector } = viewer;
    const changed = [...this.#rows.values()].filter(
      (row) => row.sequence > after && selector.matches(row.labels),
    );
    changed.sort((left, right) => left.sequence - right.sequence);
    return {
      records: changed.map((row) => row.record(this.#bodies.has(row.id))),
      next: this.#sequence,
      counts: { passed: this.#passed - passedBefore, unseen: this.#unseen - unseenBefore, matched, recorded },
    };
  }

  /** The body of a recorded profile; undefined where it is not, or no longer, there. */
  body(id: string): LiveBody | undefined {
    return this.#bodies.get(id);
  }

  begin(component: string, profile: Profile, request: RequestContext): RequestWatch | undefined {
    const startedAt = this.#clock.now();
    if (startedAt >= this.#secondEndsAt) {
      this.#secondEndsAt = startedAt + secondMs;
      this.#spentMs = 0;
    }
    const parts = profile.kind === "ingest" ? 1 : profile.series.length;
    this.#passed += parts;
    if (this.#spentMs >= budgetMs) {
      this.#unseen += parts;
      return undefined;
    }
    const sinceMs = startedAt - this.#refilledAt;
    this.#refilledAt = startedAt;
    this.#tokens = Math.min(recordedAtOnce, this.#tokens + (sinceMs * recordedPerSecond) / secondMs);
    const rows = this.#record(component, profile, parts, request);
    this.#spentMs += this.#clock.now() - startedAt;
    return rows && new WatchedRequest(rows, this.#clock.now);
  }

  /** Most of what passes is not recorded where much does, and must cost next to nothing. */
  #record(
    component: string,
    profile: Profile,
    parts: number,
    request: RequestContext,
  ): ReadonlyMap<ProfilePart, LiveRow> | undefined {
    let rows: Map<ProfilePart, LiveRow> | undefined;
    const looked = Math.min(parts, mostParts);
    this.#unseen += parts - looked;
    for (let index = 0; index < looked; index += 1) {
      const labels = labelsOf(profile, index);
      if (areHuge(labels)) {
        this.#unseen += 1;
        continue;
      }
      const viewers = this.#viewers.matching(labels);
      for (const viewer of viewers) viewer.matched += 1;
      if (viewers.length === 0 || this.#tokens < 1) continue;
      this.#tokens -= 1;
      for (const viewer of viewers) viewer.recorded += 1;
      if (rows === undefined) {
        this.#requests += 1;
        rows = new Map();
      }
      const requestId = `${this.#prefix}-${this.#requests}`;
      const arrival = arrivalOf(component, profile, index, request, this.#clock.wall());
      const row = new LiveRow(`${requestId}-${index}`, requestId, arrival, this.#touch);
      rows.set(partOf(profile, index), row);
      this.#bodies.keep(row.id, profile, index);
      this.#keep(row);
    }
    return rows;
  }

  #keep(row: LiveRow): void {
    this.#rows.set(row.id, row);
    this.#touch(row);
    if (this.#rows.size <= mostRows) return;
    const [oldest] = this.#rows.keys();
    if (oldest === undefined) return;
    this.#rows.delete(oldest);
    this.#bodies.delete(oldest);
  }

  readonly #touch = (row: LiveRow): void => {
    this.#sequence += 1;
    row.sequence = this.#sequence;
  };

  /** Takes itself out, and forgets everything, once nobody looks any more. */
  #watchForTheLast(): void {
    this.#clock.schedule(secondMs, () => {
      this.#viewers.expire();
      if (!this.#viewers.isEmpty) {
        this.#watchForTheLast();
        return;
      }
      this.#point.tap = undefined;
      this.#rows.clear();
      this.#bodies.clear();
    });
  }
}

/** What is recorded of one request. */
class WatchedRequest implements RequestWatch {
  readonly #rows: ReadonlyMap<ProfilePart, LiveRow>;
  readonly #now: () => number;

  constructor(rows: ReadonlyMap<ProfilePart, LiveRow>, now: () => number) {
    this.#rows = rows;
    this.#now = now;
  }

  refused(problem: string): void {
    for (const row of this.#rows.values()) row.refuse(problem);
  }

  dropped(component: string, part: ProfilePart, drop: DropReason): void {
    this.#rows.get(part)?.drop(component, drop);
  }

  sending(component: string, profile: Profile): DeliveryWatch {
    const rows = partsOf(profile).flatMap((part) => this.#rows.get(part) ?? []);
    return deliveryOf(rows, component, this.#now);
  }

  ended(): void {
    for (const row of this.#rows.values()) row.end();
  }
}

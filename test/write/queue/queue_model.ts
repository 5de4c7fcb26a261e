import type { QueueLimits } from "../../../src/write/queue/queue_store.ts";

/** A profile as the model knows it. */
export interface ModelProfile {
  readonly name: string;
  readonly acceptedAt: number;
  readonly bytes: number;
  lease: number | undefined;
  notBefore: number;
}

/** What a queue should hold, kept in the plainest way. */
export class QueueModel {
  profiles: ModelProfile[] = [];
  letters: { readonly name: string; readonly bytes: number }[] = [];
  readonly limits: QueueLimits;

  constructor(limits: QueueLimits) {
    this.limits = limits;
  }

  get bytes(): number {
    return this.profiles.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get leased(): ModelProfile[] {
    return this.profiles.filter(({ lease }) => lease !== undefined);
  }

  /** The names of what may be claimed at a time, and is not too old for it. */
  due(now: number): string[] {
    return this.profiles
      .filter(({ lease, notBefore }) => lease === undefined && notBefore <= now)
      .filter(({ acceptedAt }) => acceptedAt >= now - this.limits.maxAgeMs)
      .map(({ name }) => name);
  }

  find(name: string): ModelProfile | undefined {
    return this.profiles.find((one) => one.name === name);
  }

  byLease(lease: number): ModelProfile | undefined {
    return this.profiles.find((one) => one.lease === lease);
  }

  remove(profile: ModelProfile): void {
    this.profiles = this.profiles.filter((one) => one !== profile);
  }

  /** What a crash leaves. */
  forgetLeases(): void {
    for (const profile of this.profiles) {
      profile.lease = undefined;
      profile.notBefore = 0;
    }
  }

  /** Drops what is not leased and too old. */
  expire(now: number): void {
    this.profiles = this.profiles.filter(
      ({ lease, acceptedAt }) => lease !== undefined || acceptedAt >= now - this.limits.maxAgeMs,
    );
  }
}

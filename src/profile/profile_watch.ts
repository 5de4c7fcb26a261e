import type { DeliveryFailure } from "./failure_report.ts";
import type { Profile } from "./profile.ts";
import type { RequestContext } from "./request_context.ts";

/**
 * Where whoever wants to see profiles pass hooks in. Nobody does most of the time, and then all that it costs is to
 * find `tap` undefined.
 */
export interface TapPoint {
  tap: ProfileTap | undefined;
}

/** Sees profiles pass. None of its methods, nor of what it hands out, ever throws or waits. */
export interface ProfileTap {
  /**
   * A component takes a profile off the wire and is about to hand it on.
   *
   * @returns what to tell how it goes on; undefined where this one is of no interest.
   */
  begin(component: string, profile: Profile, request: RequestContext): RequestWatch | undefined;
}

/** Told what becomes of one request. */
export interface RequestWatch {
  /** Something is wrong with its labels: nothing of it is sent. */
  refused(problem: string): void;
  /** A component lets a part of it go no further. */
  dropped(component: string, part: ProfilePart, drop: DropReason): void;
  /** A component is about to send what it was handed. */
  sending(component: string, profile: Profile): DeliveryWatch;
  /** Everything is done with. */
  ended(): void;
}

/**
 * What identifies a part of a request, however its labels were rewritten: the samples of a series of Push, the body
 * of /ingest.
 */
export type ProfilePart = object;

/** Why a part goes no further. */
export interface DropReason {
  /** In words. */
  readonly text: string;
  /** The relabelling rule that did it; undefined where none did by itself. */
  readonly rule?: DroppingRule | undefined;
}

/** A relabelling rule, and the value that it looked at. */
export interface DroppingRule {
  readonly index: number;
  readonly action: string;
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  readonly regex: string;
  readonly targetLabel: string;
  readonly value: string;
}

/** Told how sending goes, by the destination's name; undefined where the component itself is the destination. */
export interface DeliveryWatch {
  began(endpoint: string | undefined): void;
  settled(endpoint: string | undefined, end: DeliveryEnd): void;
}

/** How sending to one destination ended. */
export interface DeliveryEnd {
  /** `queued`: kept here, to be delivered later. */
  readonly outcome: "delivered" | "stored" | "queued" | "failed";
  readonly attempts: number;
  readonly failure?: DeliveryFailure | undefined;
}

/** What identifies the parts of a profile. */
export function partsOf(profile: Profile): readonly ProfilePart[] {
  return profile.kind === "ingest" ? [profile.body] : profile.series.map(({ samples }) => samples);
}

/** What identifies one part of a profile: there must be so many. */
export function partOf(profile: Profile, index: number): ProfilePart {
  return profile.kind === "ingest" ? profile.body : (profile.series[index]?.samples ?? profile);
}

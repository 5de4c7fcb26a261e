import type { FailureCode } from "../base/failure.ts";
import { type Cause, connectCodeOf, describeCause, ingestStatusOf, isRetryable } from "./status.ts";

/** A destination that did not take a profile. */
export interface DeliveryFailure {
  /** Component and endpoint, as the operator named them; no credentials. */
  readonly destination: string;
  /** How many times it was tried. */
  readonly attempts: number;
  readonly cause: Cause;
  /** What the destination asked to wait before the next try, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** What became of one request: an empty list is success everywhere. */
export type Outcome = readonly DeliveryFailure[];

/** Every destination took it. */
export const delivered: Outcome = [];

/** Of several failures the one that the sender hears: one that says "try again", else the first. */
export function decidingFailure(outcome: Outcome): DeliveryFailure | undefined {
  return outcome.find((failure) => isRetryable(failure.cause, true)) ?? outcome[0];
}

/** The HTTP status for the sender of an /ingest request; undefined on success. */
export function ingestStatus(outcome: Outcome): number | undefined {
  const failure = decidingFailure(outcome);
  return failure && ingestStatusOf(failure.cause);
}

/** The Connect code for the sender of a Push request; undefined on success. */
export function connectCode(outcome: Outcome): FailureCode | undefined {
  const failure = decidingFailure(outcome);
  return failure && connectCodeOf(failure.cause);
}

/** All failures in one line, each with its destination, attempts and reason. */
export function describeOutcome(outcome: Outcome): string {
  return outcome.map(describeFailure).join("; ");
}

/** One failure in words. */
export function describeFailure(failure: DeliveryFailure): string {
  const times = failure.attempts === 1 ? "1 attempt" : `${failure.attempts} attempts`;
  return `${failure.destination}: ${describeCause(failure.cause)} (${times})`;
}

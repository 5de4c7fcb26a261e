import { CodedError, type FailureCode } from "../base/failure.ts";
import type { PushRequest } from "../gen/push/v1/push_pb.ts";
import type { BodyRead } from "../http/read_body.ts";
import { connectCode, describeOutcome, type Outcome } from "../profile/failure_report.ts";
import type { PushProfile } from "../profile/profile.ts";
import { profileOfPush } from "../profile/push_wire.ts";
import type { Exchange } from "./exchange.ts";
import { bodyRefusals, forward, type RefusalReason, type ServeParts } from "./serve.ts";

/** One Push request and what serving it needs. */
export interface PushCall {
  readonly exchange: Exchange;
  readonly parts: ServeParts;
}

/** How a body that could not be taken is called in Connect's terms. */
const bodyCodes: Readonly<Record<Exclude<RefusalReason, "invalid">, FailureCode>> = {
  too_large: "resource_exhausted",
  no_room: "unavailable",
  too_slow: "deadline_exceeded",
  broken: "invalid_argument",
};

/**
 * Forwards a decoded Push request.
 *
 * @throws CodedError with what the sender must be told, where it was not delivered everywhere.
 */
export async function push(message: PushRequest, call: PushCall): Promise<void> {
  const outcome = await forwardPush(profileOfPush(message), call);
  const code = connectCode(outcome);
  if (code === undefined) return;
  const description = describeOutcome(outcome);
  call.parts.onFailed(description);
  throw new CodedError(code, description);
}

async function forwardPush(profile: PushProfile, { exchange, parts }: PushCall): Promise<Outcome> {
  try {
    return await forward(profile, parts.receiver, exchange, parts.clock);
  } catch (thrown) {
    if (thrown instanceof CodedError) parts.onRefused("invalid", thrown.message);
    throw thrown;
  }
}

/**
 * The body that was read.
 *
 * @throws CodedError where there is none.
 */
export function bodyOf(read: BodyRead, parts: ServeParts): Uint8Array {
  if (read.type === "body") return read.bytes;
  const { text } = bodyRefusals[read.type];
  parts.onRefused(read.type, text);
  throw new CodedError(bodyCodes[read.type], text);
}

/** Says that the request itself is wrong. */
export function invalidRequest(problem: string, parts: ServeParts): CodedError {
  parts.onRefused("invalid", problem);
  return new CodedError("invalid_argument", problem);
}

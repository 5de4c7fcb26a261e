import { CodedError } from "../base/failure.ts";
import type { PushRequest } from "../gen/push/v1/push_pb.ts";
import { connectCode, describeOutcome, type Outcome } from "../profile/failure_report.ts";
import type { PushProfile } from "../profile/profile.ts";
import { profileOfPush } from "../profile/push_wire.ts";
import type { ConnectCall } from "./connect_call.ts";
import { forward } from "./serve.ts";

/**
 * Forwards a decoded Push request.
 *
 * @throws CodedError with what the sender must be told, where it was not delivered everywhere.
 */
export function push(message: PushRequest, call: ConnectCall): Promise<void> {
  return pushProfile(profileOfPush(message), call);
}

/**
 * As `push`, of a request that has been taken in already.
 *
 * @param bytes what the profile lies in, which nobody else has; freed as soon as nobody needs it.
 */
export async function pushProfile(
  profile: PushProfile,
  call: ConnectCall,
  bytes?: Uint8Array,
): Promise<void> {
  // A request without series is fine, and there is nothing to send.
  if (profile.series.length === 0) return;
  const outcome = await forwardPush(profile, call, bytes);
  const code = connectCode(outcome);
  if (code === undefined) return;
  const description = describeOutcome(outcome);
  call.parts.onFailed(description);
  throw new CodedError(code, description);
}

async function forwardPush(
  profile: PushProfile,
  { exchange, parts }: ConnectCall,
  bytes: Uint8Array | undefined,
): Promise<Outcome> {
  try {
    return await forward(profile, parts.receiver, exchange, parts.clock, bytes);
  } catch (thrown) {
    if (thrown instanceof CodedError) parts.onRefused("invalid", thrown.message);
    throw thrown;
  }
}

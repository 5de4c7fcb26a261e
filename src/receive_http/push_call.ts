import { CodedError } from "../base/failure.ts";
import type { PushRequest } from "../gen/push/v1/push_pb.ts";
import { connectCode, describeOutcome } from "../profile/failure_report.ts";
import type { PushProfile } from "../profile/profile.ts";
import { profileOfPush } from "../profile/push_wire.ts";
import type { DeliveryPlan } from "../profile/receiver.ts";
import type { ConnectCall } from "./connect_call.ts";
import { planDelivery, releaseBytes } from "./serve.ts";

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
  const plan = planPush(profile, call);
  const outcome = await plan.send();
  if (bytes !== undefined) releaseBytes(plan, bytes);
  const code = connectCode(outcome);
  if (code === undefined) return;
  const description = describeOutcome(outcome);
  call.parts.onFailed(description);
  throw new CodedError(code, description);
}

function planPush(profile: PushProfile, { exchange, parts }: ConnectCall): DeliveryPlan {
  try {
    return planDelivery(profile, parts, exchange);
  } catch (thrown) {
    if (thrown instanceof CodedError) parts.onRefused("invalid", thrown.message);
    throw thrown;
  }
}

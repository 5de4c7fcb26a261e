import { matchDelivery } from "../sdk/delivery.ts";
import { deliveredProfiles, type Profile } from "../sdk/profiles.ts";
import type { RecordedRequest } from "../sdk/recorded_request.ts";
import type { CallResult, PlannedCall } from "./plan.ts";
import { forwardedProfiles, type PushCase } from "./push_cases.ts";

/** How much later than its deadline a call may end on a machine that is busy. */
const lateness = 3;

/**
 * What is wrong with one call, a line each.
 *
 * @param requests what came to the destination because of it.
 */
export function problemsOf(
  { case: one }: PlannedCall,
  result: CallResult | undefined,
  requests: readonly RecordedRequest[],
): string[] {
  if (result === undefined) return ["was not made"];
  return [
    ...answerProblems(one, result),
    ...deadlineProblems(one, result, requests),
    ...deliveryProblems(one, requests),
  ];
}

function answerProblems({ code, says }: PushCase, result: CallResult): string[] {
  const answer = `${result.code}: ${result.message}`;
  if (result.code !== code) return [`ended with ${answer}, and not with ${code}`];
  return result.message.includes(says) ? [] : [`ended with ${answer}, which does not say ${says}`];
}

function deadlineProblems(
  { timeoutMs }: PushCase,
  { tookMs }: CallResult,
  requests: readonly RecordedRequest[],
): string[] {
  const stated = requests.map(({ headers }) => Number(headers.get("connect-timeout-ms")));
  return [
    ...stated
      .filter((ms) => !(ms > 0 && ms <= timeoutMs))
      .map((ms) => `gave the destination ${ms} ms, with ${timeoutMs} ms of its own`),
    ...(tookMs > timeoutMs * lateness ? [`took ${tookMs} ms, with a deadline of ${timeoutMs} ms`] : []),
  ];
}

function deliveryProblems(one: PushCase, requests: readonly RecordedRequest[]): string[] {
  const arrived = requests.flatMap(deliveredProfiles);
  // A destination that does not answer may be asked twice.
  const pool = one.destination === "hangs" ? distinct(arrived) : arrived;
  const { problems } = matchDelivery(forwardedProfiles(one), pool);
  return [...problems, ...pool.map(({ labels, bytes }) => `brought what nobody sent: ${labels}, ${bytes}`)];
}

function distinct(profiles: readonly Profile[]): Profile[] {
  return [...new Map(profiles.map((profile) => [JSON.stringify(profile), profile])).values()];
}

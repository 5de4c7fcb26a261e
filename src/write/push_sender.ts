import type { BytePool } from "../base/byte_pool.ts";
import type { FailureCode } from "../base/failure.ts";
import { deltaLabel, type LabelSet, nameLabel, reservedPrefix } from "../profile/label_set.ts";
import { type PushProfile, sizeOf } from "../profile/profile.ts";
import { encodeContent, encodeLabels, encodePush } from "../profile/push_wire.ts";
import type { RequestContext } from "../profile/request_context.ts";
import { isFailureCode } from "../profile/status.ts";
import { LabelMemo } from "./label_memo.ts";
import type { Outgoing } from "./sender.ts";

/** The Connect protocol's version header, which some servers insist on. */
const connectHeaders = [
  ["content-type", "application/proto"],
  ["connect-protocol-version", "1"],
] as const;

const encodedLabels = new LabelMemo((labels, externalLabels) =>
  encodeLabels(pushLabels(labels, externalLabels)),
);

/**
 * Makes all series of one Push request ready for sending as one request.
 *
 * @param pool where the body's memory comes from; it may be given back once nobody uses it.
 */
export function outgoingPush(
  profile: PushProfile,
  externalLabels: ReadonlyMap<string, string>,
  request: RequestContext,
  pool?: BytePool,
): Outgoing & { readonly body: Uint8Array<ArrayBuffer> } {
  const series = profile.series.map((one) => ({
    labels: encodedLabels.get(one.labels, externalLabels),
    content: encodeContent(one),
  }));
  return {
    kind: "push",
    size: sizeOf(profile),
    path: "/push.v1.PusherService/Push",
    body: encodePush(series, pool),
    ...pushWire,
    request,
  };
}

/** What every Push has in common. */
export const pushWire: Pick<Outgoing, "headers" | "deadlineHeaders" | "codeOf"> = {
  headers: connectHeaders,
  deadlineHeaders: (timeoutMs) => [["connect-timeout-ms", String(Math.max(1, Math.floor(timeoutMs)))]],
  codeOf: connectCodeIn,
};

/** The labels of a series as they go out: reserved ones stay here, external ones have the last word. */
export function pushLabels(labels: LabelSet, externalLabels: ReadonlyMap<string, string>): LabelSet {
  const outgoing = new Map<string, string>();
  for (const [name, value] of labels) {
    if (!name.startsWith(reservedPrefix) || name === nameLabel || name === deltaLabel)
      outgoing.set(name, value);
  }
  for (const [name, value] of externalLabels) {
    if (value === "") outgoing.delete(name);
    else outgoing.set(name, value);
  }
  return outgoing;
}

/** The code in the body of a failed Connect call; undefined where the body is something else. */
export function connectCodeIn(answer: string): FailureCode | undefined {
  if (!answer.startsWith("{")) return undefined;
  const code = /"code"\s*:\s*"([a-z_]+)"/.exec(answer)?.[1];
  return isFailureCode(code) ? code : undefined;
}

import type { Label } from "../sdk/expected_labels.ts";
import { expectedProfiles, type Profile } from "../sdk/profiles.ts";
import { encodePush, pushPath } from "../wire/push_message.ts";

/** What `max_body_size` must be. */
export const maxBodyBytes = 64 * 1024;

/** The destination that a case needs, by what it does. */
export type Destination = "answers" | "refuses" | "hangs";

/** A call, or many equal ones at once, and what must come of it. */
export interface PushCase {
  readonly name: string;
  readonly labels: readonly Label[];
  readonly profile: Uint8Array;
  readonly gzip: boolean;
  /** The deadline that the caller states. */
  readonly timeoutMs: number;
  readonly times: number;
  readonly destination: Destination;
  /** In Connect's words, `ok` on success. */
  readonly code: string;
  /** Must be in the message of the answer. */
  readonly says: string;
  /** Whether a profile must get to the destination, once for each call. */
  readonly isForwarded: boolean;
  /** Whether it is answered while it is still being sent: over HTTP/1.1 the caller may then miss the answer. */
  readonly isCutShort: boolean;
}

const usual: PushCase = {
  name: "arrives",
  labels: [
    ["__name__", "process_cpu"],
    ["__session_id__", "f00d"],
    ["region", "eu-west 1"],
    ["service_name", "checkout"],
  ],
  profile: noise(maxBodyBytes / 2),
  gzip: false,
  timeoutMs: 10_000,
  times: 1,
  destination: "answers",
  code: "ok",
  says: "",
  isForwarded: true,
  isCutShort: false,
};

/** What every client must get right. */
export const pushCases: readonly PushCase[] = [
  usual,
  { ...usual, name: "arrives compressed", gzip: true },
  { ...usual, name: "arrives 200 times", profile: noise(100), times: 200 },
  {
    ...usual,
    name: "has labels that are not allowed",
    labels: [...usual.labels, ["a-b", "c"]],
    code: "invalid_argument",
    says: 'the label name "a-b" may only hold',
    isForwarded: false,
  },
  {
    ...usual,
    name: "is too large",
    profile: noise(2 * maxBodyBytes),
    code: "resource_exhausted",
    isForwarded: false,
    isCutShort: true,
  },
  {
    ...usual,
    name: "is too large without its compression",
    profile: new Uint8Array(2 * maxBodyBytes),
    gzip: true,
    code: "resource_exhausted",
    isForwarded: false,
  },
  { ...usual, name: "is refused", destination: "refuses", code: "unavailable", says: "the store is full" },
  { ...usual, name: "has a deadline", destination: "hangs", timeoutMs: 500, code: "deadline_exceeded" },
];

/** The profiles that must get to the destination. */
export function forwardedProfiles({ labels, profile, times, isForwarded }: PushCase): Profile[] {
  if (!isForwarded) return [];
  const one = expectedProfiles({
    method: "POST",
    target: pushPath,
    headers: new Headers({ "Content-Type": "application/proto" }),
    body: encodePush(Object.fromEntries(labels), profile),
  });
  return Array.from({ length: times }, () => one).flat();
}

// The same bytes in each run, and none that gzip could make fewer.
function noise(bytes: number): Uint8Array {
  const hashes = Array.from({ length: Math.ceil(bytes / 32) }, (_, index) =>
    new Bun.CryptoHasher("sha256").update(String(index)).digest(),
  );
  return Buffer.concat(hashes).subarray(0, bytes);
}

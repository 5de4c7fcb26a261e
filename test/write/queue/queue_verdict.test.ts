import { describe, expect, test } from "bun:test";
import type { Cause } from "../../../src/profile/status.ts";
import { ownDelayMs, refuse, verdictOn } from "../../../src/write/queue/queue_verdict.ts";
import { leased, queuedIngest, queuedPush } from "./queued_profiles.ts";

const status = (code: number): Cause => ({ type: "answer", status: code, text: "" });
const connect = (code: Extract<Cause, { type: "local" }>["code"]): Cause => ({
  type: "answer",
  status: 200,
  code,
  text: "",
});

describe("what a failure means for what is queued", () => {
  test.each([
    ...[400, 413, 415, 422, 409, 410].map((code) => ["profile_refused", status(code)] as const),
    ...[401, 403, 404, 405, 407, 301, 302, 307, 308].map((code) => ["sender_refused", status(code)] as const),
    ...[408, 429, 500, 502, 503, 504, 501].map((code) => ["later", status(code)] as const),
    ...(["invalid_argument", "out_of_range", "failed_precondition", "already_exists"] as const).map(
      (code) => ["profile_refused", connect(code)] as const,
    ),
    ...(["unauthenticated", "permission_denied", "not_found", "unimplemented"] as const).map(
      (code) => ["sender_refused", connect(code)] as const,
    ),
    ...(
      ["unavailable", "resource_exhausted", "deadline_exceeded", "internal", "unknown", "aborted"] as const
    ).map((code) => ["later", connect(code)] as const),
    ["later", { type: "timeout" }],
    ["later", { type: "connection", text: "refused" }],
    ["later", { type: "local", code: "deadline_exceeded", text: "no turn" }],
    ["none", { type: "local", code: "canceled", text: "ended" }],
  ] as const)("%s: %j", (verdict, cause) => {
    expect(verdictOn(cause, true)).toBe(verdict);
  });

  test("a rate limit that must not be tried again is a refusal", () => {
    expect(verdictOn(status(429), false)).toBe("profile_refused");
  });
});

describe("what was refused", () => {
  test("is a dead letter where it was sent alone", () => {
    const alone = [queuedIngest(), queuedPush(["a"])].map((profile) =>
      refuse([leased(1, profile)], status(422)),
    );
    expect(alone).toEqual([
      [{ type: "refused", lease: 1, reason: "HTTP 422" }],
      [{ type: "refused", lease: 1, reason: "HTTP 422" }],
    ]);
  });

  test("is sent again series by series where there were several", () => {
    const several = refuse([leased(1, queuedPush(["a", "b"])), leased(2, queuedPush(["c"]))], status(400));
    expect(several.map((one) => [one.type, one.lease, one.type === "split" && one.parts.length])).toEqual([
      ["split", 1, 2],
      ["split", 2, 1],
    ]);
  });
});

test("a profile that fails while others are taken waits twice as long each time, up to the longest wait", () => {
  const waits = [0, 1, 2, 3, 50].map((attempts) => ownDelayMs(attempts, 500, 3000, () => 0.5));
  expect(waits).toEqual([750, 1500, 2500, 3000, 3000]);
});

import { describe, expect, test } from "bun:test";
import type { FailureCode } from "../../src/base/failure.ts";
import {
  type Cause,
  connectCodeOf,
  describeCause,
  httpStatusOf,
  ingestStatusOf,
  isFailureCode,
  isProfileRefused,
  isRetryable,
} from "../../src/profile/status.ts";

function answer(status: number, code?: FailureCode, text = ""): Cause {
  return { type: "answer", status, text, ...(code === undefined ? {} : { code }) };
}

const timeout: Cause = { type: "timeout" };
const connection: Cause = { type: "connection", text: "connection refused" };

/** What the Connect protocol lays down for each code, and whether a writer tries again. */
const codes: readonly (readonly [code: FailureCode, http: number, isRetried: boolean])[] = [
  ["canceled", 499, false],
  ["unknown", 500, true],
  ["invalid_argument", 400, false],
  ["deadline_exceeded", 504, true],
  ["not_found", 404, false],
  ["already_exists", 409, false],
  ["permission_denied", 403, false],
  ["resource_exhausted", 429, true],
  ["failed_precondition", 400, false],
  ["aborted", 409, true],
  ["out_of_range", 400, false],
  ["unimplemented", 501, false],
  ["internal", 500, true],
  ["unavailable", 503, true],
  ["data_loss", 500, true],
  ["unauthenticated", 401, false],
];

describe.each(codes)("the code %s", (code, http, isRetried) => {
  test(`is HTTP ${http}`, () => {
    expect(httpStatusOf(code)).toBe(http);
  });

  test("decides about another attempt, whatever the status around it", () => {
    expect([200, 400, 503].map((status) => isRetryable(answer(status, code), true))).toEqual([
      isRetried,
      isRetried,
      isRetried,
    ]);
  });

  test("is what the sender of Push hears", () => {
    expect([connectCodeOf(answer(418, code)), connectCodeOf({ type: "local", code, text: "" })]).toEqual([
      code,
      code,
    ]);
  });

  test("is known as a code", () => {
    expect(isFailureCode(code)).toBe(true);
  });
});

test.each(["", "toString", "__proto__", "Unavailable", "cancelled", 5, null, undefined])(
  "%j is no code",
  (word) => {
    expect(isFailureCode(word)).toBe(false);
  },
);

describe("another attempt", () => {
  test.each([408, 429, 500, 501, 502, 503, 504, 599])("after HTTP %d", (status) => {
    expect(isRetryable(answer(status), true)).toBe(true);
  });

  test.each([301, 400, 401, 403, 404, 405, 409, 413, 422])("not after HTTP %d", (status) => {
    expect(isRetryable(answer(status), true)).toBe(false);
  });

  test("after a rate limit only where that is asked for", () => {
    expect([isRetryable(answer(429), false), isRetryable(answer(200, "resource_exhausted"), false)]).toEqual([
      false,
      false,
    ]);
    expect(isRetryable(answer(503), false)).toBe(true);
  });

  test("after a timeout and a failed connection", () => {
    expect([isRetryable(timeout, false), isRetryable(connection, false)]).toEqual([true, true]);
  });
});

describe("what the sender of /ingest hears", () => {
  test.each<[Cause, number]>([
    [timeout, 504],
    [connection, 502],
    [answer(422), 422],
    [answer(599), 599],
    [answer(302), 502],
    [answer(600), 502],
    [{ type: "local", code: "unavailable", text: "full" }, 503],
  ])("%j: %d", (cause, status) => {
    expect(ingestStatusOf(cause)).toBe(status);
  });
});

describe("what the sender of Push hears where the answer has no code", () => {
  test.each<[Cause, FailureCode]>([
    [timeout, "deadline_exceeded"],
    [connection, "unavailable"],
    [answer(400), "internal"],
    [answer(401), "unauthenticated"],
    [answer(403), "permission_denied"],
    [answer(404), "unimplemented"],
    [answer(429), "unavailable"],
    [answer(502), "unavailable"],
    [answer(503), "unavailable"],
    [answer(504), "unavailable"],
    [answer(500), "unknown"],
    [answer(302), "unknown"],
  ])("%j: %s", (cause, code) => {
    expect(connectCodeOf(cause)).toBe(code);
  });
});

test.each<[Cause, string]>([
  [timeout, "no answer in time"],
  [connection, "connection refused"],
  [answer(503), "HTTP 503"],
  [answer(400, undefined, "bad pprof"), "HTTP 400: bad pprof"],
  [answer(400, "invalid_argument", "bad pprof"), "invalid_argument: bad pprof"],
  [answer(400, "invalid_argument"), "invalid_argument"],
])("%j in words: %s", (cause, words) => {
  expect(describeCause(cause)).toBe(words);
});

test.each<[Cause, boolean]>([
  [answer(400), true],
  [answer(413), true],
  [answer(415), true],
  [answer(422), true],
  [answer(401), false],
  [answer(403), false],
  [answer(404), false],
  [answer(503), false],
  [answer(200, "invalid_argument"), true],
  [answer(400, "unauthenticated"), false],
  [timeout, false],
  [connection, false],
])("%j refuses the profile itself: %p", (cause, isRefused) => {
  expect(isProfileRefused(cause)).toBe(isRefused);
});

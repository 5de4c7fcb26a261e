import { expect, test } from "bun:test";
import {
  connectCode,
  type DeliveryFailure,
  decidingFailure,
  delivered,
  describeOutcome,
  ingestStatus,
} from "../../src/profile/failure_report.ts";
import type { Cause } from "../../src/profile/status.ts";

function failure(destination: string, cause: Cause, attempts = 1): DeliveryFailure {
  return { destination, attempts, cause };
}

const refused = failure("w a", { type: "answer", status: 422, text: "" });
const forbidden = failure("w b", { type: "answer", status: 403, text: "" });
const busy = failure("w c", { type: "answer", status: 503, text: "" });
const late = failure("w d", { type: "timeout" }, 3);

test("an empty outcome is success", () => {
  expect([decidingFailure(delivered), ingestStatus(delivered), connectCode(delivered)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test.each<[string, readonly DeliveryFailure[], DeliveryFailure]>([
  ["the only one", [refused], refused],
  ["of two that are final the first", [refused, forbidden], refused],
  ["one that may pass before one that is final", [refused, busy], busy],
  ["of two that may pass the first", [refused, late, busy], late],
])("who decides: %s", (_, outcome, expected) => {
  expect(decidingFailure(outcome)).toBe(expected);
});

test("a rate limit says try again, even where the endpoint does not itself", () => {
  const limited = failure("w e", { type: "answer", status: 429, text: "" });
  expect(ingestStatus([refused, limited])).toBe(429);
});

test("status and code are those of the failure that decides", () => {
  expect([ingestStatus([refused, late]), connectCode([refused, late])]).toEqual([504, "deadline_exceeded"]);
});

test("the message lists every failure with its attempts and reason", () => {
  expect(describeOutcome([busy, late])).toBe(
    "w c: HTTP 503 (1 attempt); w d: no answer in time (3 attempts)",
  );
});

import { expect } from "bun:test";
import manifest from "../../package.json" with { type: "json" };
import { findHeader } from "./http_message_reader.ts";
import { type AlloyRequest, hasLateAnswer, isPush, type ParityCase } from "./parity_case.ts";
import { entriesOf, shortHash } from "./push_message.ts";
import { headerOf, type RecordedRequest } from "./recording.ts";

/** What Alloy itself puts into User-Agent: Go's HTTP client on /ingest, the Connect client on Push. */
const alloysUserAgent = /^(Go-http-client|Alloy)\//;

/** How far below Alloy's deadline pyroduct's may lie: it has done more by the time it sends. */
const deadlineToleranceMs = 150;

/** Fails unless a destination saw what Alloy's saw, but for what pyroduct does differently on purpose. */
export function expectDownstream(
  parityCase: ParityCase,
  alloy: readonly AlloyRequest[],
  seen: readonly RecordedRequest[],
): void {
  const expectRequests = isPush(parityCase) ? expectPushes : expectIngests;
  expectRequests(parityCase, alloy, seen);
}

function expectIngests(
  parityCase: ParityCase,
  alloy: readonly AlloyRequest[],
  seen: readonly RecordedRequest[],
): void {
  const contentEncoding = findHeader(parityCase.request.headers, "content-encoding");
  const expected = alloy.map((request) => ({
    ...envelopeOfAlloy(request),
    contentEncoding,
    hash: request.body,
    length: request.body_len,
  }));
  const actual = seen.map((request) => ({
    ...envelopeOf(request),
    contentEncoding: headerOf(request, "content-encoding"),
    hash: shortHash(request.body),
    length: request.body.length,
  }));
  // A hedge makes the number of attempts free, but not what they carry.
  const normalise = hasLateAnswer(parityCase) ? distinct : sorted;
  expect<unknown>(normalise(actual)).toEqual(normalise(expected));
}

function expectPushes(
  parityCase: ParityCase,
  alloy: readonly AlloyRequest[],
  seen: readonly RecordedRequest[],
): void {
  expect<unknown>(distinct(seen.map(envelopeOf))).toEqual(distinct(alloy.map(envelopeOfAlloy)));
  const expected = alloy.flatMap(({ series = [] }) =>
    series.map(([labels, hash, id]) => ({ labels, hash, id })),
  );
  const actual = seen.flatMap(entriesOf);
  const isLate = hasLateAnswer(parityCase);
  const normalise = isLate ? distinct : sorted;
  expect<unknown>(normalise(actual)).toEqual(normalise(expected));
  // However many attempts there were, each carried all of it.
  const attempts = distinct(expected).map((entry) => countOf(entry, actual) / countOf(entry, expected));
  expect(distinct(attempts).length).toBeLessThanOrEqual(1);
  // How series are grouped is free, but they are not to be torn apart any further than Alloy does.
  expect(seen.length).toBeLessThanOrEqual(isLate ? Number.POSITIVE_INFINITY : alloy.length);
  expectDeadlines(alloy, seen);
}

/** The attempt's deadline goes along: about Alloy's in the first attempt, never more in those after it. */
function expectDeadlines(alloy: readonly AlloyRequest[], seen: readonly RecordedRequest[]): void {
  const stated = seen.map((request) => Number(headerOf(request, "connect-timeout-ms")));
  // Alloy states whole milliseconds after some of the first has gone.
  const limits = alloy.map((request) => Number(request.headers["connect-timeout-ms"]) + 1);
  for (const timeoutMs of stated) {
    expect(timeoutMs).toBeGreaterThan(0);
    expect(timeoutMs).toBeLessThanOrEqual(Math.max(...limits));
  }
  for (const first of stated.slice(0, 1)) {
    expect(first).toBeGreaterThanOrEqual(Math.max(...limits) - 1 - deadlineToleranceMs);
  }
}

function envelopeOfAlloy(request: AlloyRequest): object {
  const { headers } = request;
  const userAgent = headers["user-agent"] ?? "";
  return {
    method: request.method,
    path: request.path,
    query: request.query.map((pair) => pair.join("=")).toSorted(),
    contentType: request.content_type ?? [],
    authorization: headers["authorization"],
    scopeOrgId: headers["x-scope-orgid"],
    extra: headers["x-extra"],
    userAgent: alloysUserAgent.test(userAgent) ? `pyroduct/${manifest.version}` : userAgent,
    alloyId: undefined,
    connectProtocolVersion: headers["connect-protocol-version"],
    traceparent: headers["traceparent"] !== undefined,
  };
}

function envelopeOf(request: RecordedRequest): object {
  return {
    method: request.method,
    path: request.path,
    query: [...new URLSearchParams(request.query)].map((pair) => pair.join("=")).toSorted(),
    contentType: request.headers
      .filter(([name]) => name.toLowerCase() === "content-type")
      .map(([, value]) => value),
    authorization: headerOf(request, "authorization"),
    scopeOrgId: headerOf(request, "x-scope-orgid"),
    extra: headerOf(request, "x-extra"),
    userAgent: headerOf(request, "user-agent"),
    alloyId: headerOf(request, "x-alloy-id"),
    connectProtocolVersion: headerOf(request, "connect-protocol-version"),
    traceparent: /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(headerOf(request, "traceparent") ?? ""),
  };
}

function sorted<Value>(values: readonly Value[]): Value[] {
  return values
    .map((value) => ({ value, key: JSON.stringify(value) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ value }) => value);
}

function distinct<Value>(values: readonly Value[]): Value[] {
  return [...new Map(sorted(values).map((value) => [JSON.stringify(value), value])).values()];
}

function countOf(value: unknown, values: readonly unknown[]): number {
  const key = JSON.stringify(value);
  return values.filter((other) => JSON.stringify(other) === key).length;
}

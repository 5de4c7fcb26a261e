import { expect } from "bun:test";
import { STATUS_CODES } from "node:http";
import { type AlloyAnswer, isLate, isPush, type ParityCase, sinkNames } from "./parity_case.ts";
import type { RawResponse } from "./raw_request.ts";
import type { SinkAnswer } from "./recording_sink.ts";

interface ExpectedAnswer {
  /** Any of these. */
  readonly statuses: readonly number[];
  /** Media type; empty where there must be none. */
  readonly contentType: string;
  readonly body: ExpectedBody;
}

/** One line that says something, the status in words and a line feed, exactly this, or an error of these codes. */
type ExpectedBody =
  | "a line"
  | "the status"
  | { readonly exactly: string }
  | { readonly connectError: readonly string[] };

const nothing: ExpectedBody = { exactly: "" };

type Failure = { readonly cause: "answer"; readonly answer: SinkAnswer } | { readonly cause: "timeout" };

/** https://connectrpc.com/docs/protocol/#error-codes */
const httpStatusOfCode: Readonly<Record<string, number>> = {
  canceled: 499,
  unknown: 500,
  invalid_argument: 400,
  deadline_exceeded: 504,
  not_found: 404,
  already_exists: 409,
  permission_denied: 403,
  resource_exhausted: 429,
  failed_precondition: 400,
  aborted: 409,
  out_of_range: 400,
  unimplemented: 501,
  internal: 500,
  unavailable: 503,
  data_loss: 500,
  unauthenticated: 401,
};

/** https://connectrpc.com/docs/protocol/#http-to-error-code */
const codeOfHttpStatus: Readonly<Record<number, string>> = {
  400: "internal",
  401: "unauthenticated",
  403: "permission_denied",
  404: "unimplemented",
  429: "unavailable",
  502: "unavailable",
  503: "unavailable",
  504: "unavailable",
};

const retryableCodes = new Set([
  "deadline_exceeded",
  "unknown",
  "internal",
  "unavailable",
  "data_loss",
  "aborted",
  "resource_exhausted",
]);

/** Fails unless the client was told what Alloy's was, but for what pyroduct says differently on purpose. */
export function expectAnswer(parityCase: ParityCase, answer: RawResponse): void {
  const expected = expectedAnswer(parityCase);
  const status = expected.statuses.includes(answer.status) ? answer.status : expected.statuses[0];
  expect<unknown>({
    status: answer.status,
    contentType: (answer.header("content-type") ?? "").split(";")[0],
    namesAllowedMethods: answer.header("allow") !== undefined,
    body: bodyOf(answer),
  }).toEqual({
    status,
    contentType: expected.contentType,
    namesAllowedMethods: status === 405,
    body: wantedBody(expected.body, answer),
  });
}

function bodyOf(answer: RawResponse): unknown {
  const { code, message } = connectErrorOf(answer.text);
  if (code !== undefined) return { code, saysWhy: message !== undefined && message !== "" };
  const isGzip = answer.header("content-encoding") === "gzip";
  return isGzip ? new TextDecoder().decode(Bun.gunzipSync(Buffer.from(answer.body))) : answer.text;
}

/** Of all the bodies that would do, the one that was sent, else the first. */
function wantedBody(body: ExpectedBody, answer: RawResponse): unknown {
  if (body === "a line") return /^\S.*\n?$/.test(answer.text) ? answer.text : body;
  if (body === "the status") return `${STATUS_CODES[answer.status]}\n`;
  if ("exactly" in body) return body.exactly;
  const { code } = connectErrorOf(answer.text);
  return {
    code: body.connectError.find((accepted) => accepted === code) ?? body.connectError[0],
    saysWhy: true,
  };
}

/** Alloy's answer, but where pyroduct's is different on purpose. */
function expectedAnswer(parityCase: ParityCase): ExpectedAnswer {
  const { client } = parityCase.alloy;
  const failures = failuresDownstream(parityCase);
  if (failures.length > 0) return isPush(parityCase) ? failedPush(failures) : failedIngest(failures);
  if (client.status === 500) {
    // The labels were invalid or missing, which is the sender's mistake.
    return isPush(parityCase) ? connectError(["invalid_argument"]) : ingestFailure([400], "a line");
  }
  if (client.status > 200 && client.status < 300) return { statuses: [200], contentType: "", body: nothing };
  return sameAsAlloy(client);
}

function sameAsAlloy({ status, content_type: contentType, text, code }: AlloyAnswer): ExpectedAnswer {
  if (typeof code === "string") return connectError([code]);
  if (contentType === "application/json") return { statuses: [status], contentType, body: { exactly: "{}" } };
  // Alloy gzips the empty message for a sender that has gzipped its own; the text is compared once it is unpacked.
  if (contentType === "application/proto") return { statuses: [status], contentType, body: nothing };
  return { statuses: [status], contentType, body: { exactly: text ?? "" } };
}

/** How the destinations' last word was, of those whose last word was a failure. */
function failuresDownstream({ alloy, downstream_answers: answers }: ParityCase): Failure[] {
  return sinkNames.flatMap((name): Failure[] => {
    const last = answers[name]?.[alloy[name].length - 1];
    if (last === undefined) return [];
    if (isLate(last)) return [{ cause: "timeout" }];
    return (last.status ?? 200) < 300 ? [] : [{ cause: "answer", answer: last }];
  });
}

function failedIngest(failures: readonly Failure[]): ExpectedAnswer {
  const statuses = failures.map((failure) =>
    failure.cause === "timeout" ? 504 : (failure.answer.status ?? 200),
  );
  const isTimeout = failures.some(({ cause }) => cause === "timeout");
  return ingestFailure(
    tryAgainFirst(statuses, (status) => status === 408 || status === 429 || status >= 500),
    isTimeout ? "a line" : "the status",
  );
}

function ingestFailure(statuses: readonly number[], body: ExpectedBody): ExpectedAnswer {
  return { statuses, contentType: "text/plain", body };
}

function failedPush(failures: readonly Failure[]): ExpectedAnswer {
  const codes = failures.map((failure) => {
    if (failure.cause === "timeout") return "deadline_exceeded";
    const { body = "", status = 200 } = failure.answer;
    return connectErrorOf(body).code ?? codeOfHttpStatus[status] ?? "unknown";
  });
  return connectError(tryAgainFirst(codes, (code) => retryableCodes.has(code)));
}

function connectError(codes: readonly string[]): ExpectedAnswer {
  const statuses = codes.map((code) => httpStatusOfCode[code] ?? 500);
  return { statuses, contentType: "application/json", body: { connectError: codes } };
}

/** Those that say "try again" where there is one, else all. */
function tryAgainFirst<Value>(
  values: readonly Value[],
  saysTryAgain: (value: Value) => boolean,
): readonly Value[] {
  const retryable = values.filter(saysTryAgain);
  return retryable.length > 0 ? retryable : values;
}

function connectErrorOf(body: string): { readonly code?: string; readonly message?: string } {
  try {
    return JSON.parse(body) as { code?: string; message?: string };
  } catch {
    return {};
  }
}

import type { FailureCode } from "../base/failure.ts";

interface Row {
  /** The HTTP status that stands for the code. */
  readonly http: number;
  /** Whether another attempt may help; `rate_limit` only where the endpoint retries on 429. */
  readonly retry: "yes" | "no" | "rate_limit";
}

/**
 * The one table of failures: Connect's codes, their HTTP statuses
 * (https://connectrpc.com/docs/protocol/#error-codes) and whether Alloy's writer retries them.
 */
const table: Readonly<Record<FailureCode, Row>> = {
  canceled: { http: 499, retry: "no" },
  unknown: { http: 500, retry: "yes" },
  invalid_argument: { http: 400, retry: "no" },
  deadline_exceeded: { http: 504, retry: "yes" },
  not_found: { http: 404, retry: "no" },
  already_exists: { http: 409, retry: "no" },
  permission_denied: { http: 403, retry: "no" },
  resource_exhausted: { http: 429, retry: "rate_limit" },
  failed_precondition: { http: 400, retry: "no" },
  aborted: { http: 409, retry: "yes" },
  out_of_range: { http: 400, retry: "no" },
  unimplemented: { http: 501, retry: "no" },
  internal: { http: 500, retry: "yes" },
  unavailable: { http: 503, retry: "yes" },
  data_loss: { http: 500, retry: "yes" },
  unauthenticated: { http: 401, retry: "no" },
};

/** HTTP statuses as Connect reads them where an answer carries no code of its own; else `unknown`. */
const codeOfHttp: Readonly<Record<number, FailureCode>> = {
  400: "internal",
  401: "unauthenticated",
  403: "permission_denied",
  404: "unimplemented",
  429: "unavailable",
  502: "unavailable",
  503: "unavailable",
  504: "unavailable",
};

/** Why a delivery to one destination failed. */
export type Cause =
  /** The destination answered, and not with 2xx. `code` is that of a Connect body, where it had one. */
  | { readonly type: "answer"; readonly status: number; readonly code?: FailureCode; readonly text: string }
  /** No answer in time. */
  | { readonly type: "timeout" }
  /** No connection, or one that broke. */
  | { readonly type: "connection"; readonly text: string }
  /** It failed here, before anything was sent. */
  | { readonly type: "local"; readonly code: FailureCode; readonly text: string };

/** Whether the word is one of Connect's codes. */
export function isFailureCode(word: unknown): word is FailureCode {
  return typeof word === "string" && Object.hasOwn(table, word);
}

/** The HTTP status that stands for a code. */
export function httpStatusOf(code: FailureCode): number {
  return table[code].http;
}

/** Whether another attempt may succeed. */
export function isRetryable(cause: Cause, retryOn429: boolean): boolean {
  switch (cause.type) {
    case "timeout":
    case "connection":
      return true;
    case "local":
      return rowRetries(table[cause.code], retryOn429);
    case "answer":
      if (cause.code !== undefined) return rowRetries(table[cause.code], retryOn429);
      if (cause.status === 429) return retryOn429;
      return cause.status === 408 || cause.status >= 500;
  }
}

function rowRetries(row: Row, retryOn429: boolean): boolean {
  return row.retry === "yes" || (row.retry === "rate_limit" && retryOn429);
}

/** What the sender of an /ingest request is answered when this was the cause. */
export function ingestStatusOf(cause: Cause): number {
  switch (cause.type) {
    case "timeout":
      return 504;
    case "connection":
      return 502;
    case "local":
      return table[cause.code].http;
    case "answer":
      return cause.status >= 400 && cause.status <= 599 ? cause.status : 502;
  }
}

/** What the sender of a Push request is answered when this was the cause. */
export function connectCodeOf(cause: Cause): FailureCode {
  switch (cause.type) {
    case "timeout":
      return "deadline_exceeded";
    case "connection":
      return "unavailable";
    case "local":
      return cause.code;
    case "answer":
      return cause.code ?? codeOfHttp[cause.status] ?? "unknown";
  }
}

/** The cause in words. */
export function describeCause(cause: Cause): string {
  switch (cause.type) {
    case "timeout":
      return "no answer in time";
    case "connection":
    case "local":
      return cause.text;
    case "answer": {
      const said = cause.text === "" ? "" : `: ${cause.text}`;
      return cause.code === undefined ? `HTTP ${cause.status}${said}` : `${cause.code}${said}`;
    }
  }
}

/**
 * Whether the destination refused whoever sends, not what was sent: wrong credentials, a wrong URL. Every profile
 * fails until somebody mends that, and then they may all be taken.
 */
export function isSenderRefused(cause: Cause): boolean {
  if (cause.type !== "answer") return false;
  if (cause.code !== undefined) return operatorCodes.has(cause.code);
  const { status } = cause;
  return [401, 403, 404, 405, 407].includes(status) || (status >= 300 && status <= 399);
}

const operatorCodes: ReadonlySet<FailureCode> = new Set([
  "unauthenticated",
  "permission_denied",
  "not_found",
  "unimplemented",
]);

/**
 * Whether the destination refused this profile as such: another one may well be taken, and this one never
 * will be.
 */
export function isProfileRefused(cause: Cause): boolean {
  if (cause.type !== "answer") return cause.type === "local";
  if (cause.code !== undefined) return refusalCodes.has(cause.code);
  return [400, 413, 415, 422].includes(cause.status);
}

const refusalCodes: ReadonlySet<FailureCode> = new Set([
  "invalid_argument",
  "out_of_range",
  "failed_precondition",
]);

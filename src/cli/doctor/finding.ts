/** How a check ended: `warning` is no failure yet, `skipped` says nothing. */
export type FindingStatus = "ok" | "warning" | "failed" | "skipped";

/** What one check found. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  readonly status: FindingStatus;
  /** What was found, with no secret in it. */
  readonly detail: string;
  /** What to do about it. */
  readonly fix?: string | undefined;
}

/** Findings about one thing, such as an endpoint. */
export interface FindingGroup {
  readonly name: string;
  readonly findings: readonly Finding[];
}

/** All is well. */
export function ok(check: string, detail: string): Finding {
  return { check, status: "ok", detail };
}

/** Something is wrong. */
export function failed(check: string, detail: string, fix: string | undefined): Finding {
  return { check, status: "failed", detail, fix };
}

/** Something may become wrong. */
export function warning(check: string, detail: string, fix: string | undefined): Finding {
  return { check, status: "warning", detail, fix };
}

/** It was not looked at, and why. */
export function skipped(check: string, detail: string): Finding {
  return { check, status: "skipped", detail };
}

/** Whether anything failed. */
export function hasFailed(groups: readonly FindingGroup[]): boolean {
  return groups.some(({ findings }) => findings.some(({ status }) => status === "failed"));
}

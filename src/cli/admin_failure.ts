import { CodedError } from "../base/failure.ts";
import { version } from "../base/version.ts";

/** Why a running pyroduct did not answer what it was asked. */
export interface AdminFailure {
  readonly type: "failure";
  readonly kind: /** Nobody answers, or not in time. */
    | "no_answer"
    /** It does not know who asks, or does not let them. */
    | "refused"
    /** Something else answers there. */
    | "not_pyroduct"
    /** It does not know what is asked for, or answers what this command does not understand. */
    | "other_version";
  readonly problem: string;
  /** What to do about it. */
  readonly fix: string;
}

const nameIt = "name the address that it was started with: --server";

/** Nobody listens there, or says anything. */
export function noAnswer(name: string, reason: string): AdminFailure {
  const problem = `no pyroduct answers at ${name}: ${reason}`;
  return { type: "failure", kind: "no_answer", problem, fix: `start it with pyroduct run, or ${nameIt}` };
}

/** It answers, but not to this. */
export function noAnswerTo(name: string, asked: string, reason: string): AdminFailure {
  const problem = `pyroduct at ${name} did not answer ${asked}: ${reason}`;
  return { type: "failure", kind: "no_answer", problem, fix: "try again, and see its log" };
}

/** The answer was 401 or 403. */
export function refused(name: string, status: number, said: string, hasCredentials: boolean): AdminFailure {
  const problem = `${name} refuses to answer: HTTP ${status}: ${said}`;
  const whoAsks = hasCredentials
    ? "look into --username and the password"
    : "say who asks: --username, with --password-file or $PYRODUCT_PASSWORD";
  const fix = status === 401 ? whoAsks : "change that where it runs";
  return { type: "failure", kind: "refused", problem, fix };
}

/** What answers is not what was looked for. */
export function notPyroduct(name: string, status: number): AdminFailure {
  const problem = `what answers at ${name} is no admin server of pyroduct: HTTP ${status}`;
  return { type: "failure", kind: "not_pyroduct", problem, fix: nameIt };
}

/** @param itsVersion undefined where it does not say. */
export function otherVersion(name: string, asked: string, itsVersion: string | undefined): AdminFailure {
  const its = itsVersion === undefined ? "another version" : `version ${itsVersion}`;
  return {
    type: "failure",
    kind: "other_version",
    problem: `pyroduct at ${name} can't answer ${asked}: it is of ${its}, and this command of ${version}`,
    fix: "update the older one, or use the executable that runs there",
  };
}

/** A failure to throw, with what to do. */
export function adminError({ kind, problem, fix }: AdminFailure): CodedError {
  const code = kind === "refused" ? "permission_denied" : "unavailable";
  return new CodedError(code, `${problem}: ${fix}`);
}

import { readFileSync } from "node:fs";
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/failure.ts";
import { parseHtpasswd } from "./htpasswd.ts";
import { type BcryptGate, processBcryptGate } from "./htpasswd_gate.ts";
import { HtpasswdUsers, type PasswordVerdict } from "./htpasswd_users.ts";
import { CredentialsFile, type CredentialsParse } from "./server_auth_file.ts";
import { type BearerTokens, parseBearerTokens } from "./server_auth_tokens.ts";

/** The files that say who may send requests; at least one of them. */
export interface ServerAuthFiles {
  /** Names and bcrypt hashes of passwords, for Authorization: Basic. */
  readonly htpasswd?: string | undefined;
  /** Tokens, for Authorization: Bearer. */
  readonly bearerTokens?: string | undefined;
}

/** Whether a request may come in: `busy` where too many passwords are being verified to tell. */
export type AuthVerdict = "admitted" | "refused" | "busy";

/**
 * Knows by its Authorization header whether a request may come in; either kind of credentials will do. The files
 * are read again when they change.
 */
export class ServerAuth {
  /** What WWW-Authenticate must say to those who are refused, a value for each scheme. */
  readonly challenges: readonly string[];
  readonly #users: CredentialsFile<HtpasswdUsers> | undefined;
  readonly #tokens: CredentialsFile<BearerTokens> | undefined;

  /** @throws CodedError where a file can't be read or is wrong. */
  constructor(files: ServerAuthFiles, clock: Clock, gate: BcryptGate = processBcryptGate) {
    const { htpasswd, bearerTokens } = files;
    this.#users = htpasswd === undefined ? undefined : usersFile(htpasswd, clock, gate);
    this.#tokens =
      bearerTokens === undefined ? undefined : new CredentialsFile(bearerTokens, parseBearerTokens, clock);
    this.challenges = [
      // https://www.rfc-editor.org/rfc/rfc7617#section-2.1
      ...(this.#users === undefined ? [] : ['Basic realm="pyroduct", charset="UTF-8"']),
      ...(this.#tokens === undefined ? [] : ['Bearer realm="pyroduct"']),
    ];
  }

  /** Begins to follow the files; `onChange` is told what is wrong with them now, undefined where nothing is. */
  start(onChange: (problem: string | undefined) => void): void {
    const tell = () => onChange(this.#problem());
    this.#users?.start(tell);
    this.#tokens?.start(tell);
  }

  stop(): void {
    this.#users?.stop();
    this.#tokens?.stop();
  }

  /** Judges a request by its headers; at once where no password has to be verified. */
  check(headers: Headers): AuthVerdict | Promise<AuthVerdict> {
    const match = /^([a-z]+) +(\S+)$/i.exec(headers.get("authorization") ?? "");
    if (match === null) return "refused";
    const [, scheme = "", credentials = ""] = match;
    switch (scheme.toLowerCase()) {
      case "basic":
        return this.#checkBasic(credentials);
      case "bearer":
        return this.#tokens?.current.has(credentials) ? "admitted" : "refused";
      default:
        return "refused";
    }
  }

  #checkBasic(credentials: string): AuthVerdict | Promise<AuthVerdict> {
    const pair = Buffer.from(credentials, "base64");
    const colon = pair.indexOf(":");
    if (this.#users === undefined || colon < 0) return "refused";
    const verdict = this.#users.current.check(pair.toString("utf8", 0, colon), pair.subarray(colon + 1));
    return verdict instanceof Promise ? verdict.then(authVerdict) : authVerdict(verdict);
  }

  #problem(): string | undefined {
    const problems = [this.#users?.problem, this.#tokens?.problem].filter((one) => one !== undefined);
    return problems.length === 0 ? undefined : problems.join("; ");
  }
}

/** What is wrong with a htpasswd file, in words that show nothing of what it holds. */
export function htpasswdFileProblems(path: string): readonly string[] {
  return fileProblems(path, parseHtpasswd);
}

/** What is wrong with a file of tokens, in words that show nothing of what it holds. */
export function bearerTokensFileProblems(path: string): readonly string[] {
  return fileProblems(path, parseBearerTokens);
}

function fileProblems(
  path: string,
  parse: (content: string) => CredentialsParse<unknown>,
): readonly string[] {
  try {
    const parsed = parse(readFileSync(path, "utf8"));
    return parsed.ok ? [] : parsed.problems;
  } catch (thrown) {
    return [`can't be read: ${messageOf(thrown)}`];
  }
}

function usersFile(path: string, clock: Clock, gate: BcryptGate): CredentialsFile<HtpasswdUsers> {
  const parse = (content: string): CredentialsParse<HtpasswdUsers> => {
    const parsed = parseHtpasswd(content);
    return parsed.ok ? { ok: true, value: new HtpasswdUsers(parsed.value, gate) } : parsed;
  };
  return new CredentialsFile(path, parse, clock);
}

const verdicts: Readonly<Record<PasswordVerdict, AuthVerdict>> = {
  right: "admitted",
  wrong: "refused",
  busy: "busy",
};

function authVerdict(verdict: PasswordVerdict): AuthVerdict {
  return verdicts[verdict];
}

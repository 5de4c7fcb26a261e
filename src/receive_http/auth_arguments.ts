import { checkFiles } from "../component/argument_checks.ts";
import type { ReportProblem } from "../component/definition.ts";
import { bearerTokensFileProblems, htpasswdFileProblems, type ServerAuthFiles } from "../http/server_auth.ts";
import type { AuthArguments } from "./schema.ts";

/** Reports what is wrong with `auth`, and in the files that it names. */
export function checkAuth(auth: AuthArguments, report: ReportProblem): void {
  const { basic, bearer_tokens_file } = auth;
  if (basic === undefined && bearer_tokens_file === undefined)
    report([], "needs basic or bearer_tokens_file", "add basic: { htpasswd_file: … }, or take auth out");
  const files = [
    { path: ["basic", "htpasswd_file"], file: basic?.htpasswd_file, problemsOf: htpasswdFileProblems },
    { path: ["bearer_tokens_file"], file: bearer_tokens_file, problemsOf: bearerTokensFileProblems },
  ];
  for (const { path, file, problemsOf } of files) {
    let isReadable = true;
    checkFiles({ file }, ["file"], (_, message, fix) => {
      isReadable = false;
      report(path, message, fix);
    });
    if (file === undefined || !isReadable) continue;
    for (const problem of problemsOf(file)) report(path, problem);
  }
}

/** The files that `auth` names. */
export function serverAuthFiles(auth: AuthArguments): ServerAuthFiles {
  return { htpasswd: auth.basic?.htpasswd_file, bearerTokens: auth.bearer_tokens_file };
}

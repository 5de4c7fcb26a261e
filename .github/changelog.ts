/**
 * Prints what changed since an earlier release as Markdown, from the commits: `bun .github/changelog.ts v1.1.0` for
 * the commits up to that tag, without an argument for those up to now. Each is a line with its subject, and below it
 * the first paragraph of its reason.
 */

/** What is read of a commit. */
interface Commit {
  readonly hash: string;
  readonly subject: string;
  readonly body: string;
}

/** Separates fields and commits in git's output; no message holds them. */
const fieldEnd = "\x1f";
const commitEnd = "\x1e";

/** Trailers that say who, not what. */
const trailer = /^(signed-off-by|co-authored-by|reviewed-by|acked-by):/i;

function git(...args: readonly string[]): string {
  const ended = Bun.spawnSync(["git", ...args], { stderr: "pipe" });
  if (!ended.success) throw new Error(`git ${args.join(" ")}: ${ended.stderr}`);
  return ended.stdout.toString();
}

/** The release before this one; undefined for the first. */
function earlierTag(end: string): string | undefined {
  const tags = git("tag", "--merged", end, "--sort=-version:refname", "--list", "v[0-9]*").split("\n");
  return tags.find((tag) => tag !== "" && tag !== end);
}

function commitsIn(range: string): Commit[] {
  const format = ["%h", "%s", "%b"].join(fieldEnd) + commitEnd;
  const log = git("log", "--no-merges", `--format=${format}`, range);
  return log
    .split(commitEnd)
    .map((entry) => entry.trim().split(fieldEnd))
    .filter(([hash]) => hash !== "")
    .map(([hash = "", subject = "", body = ""]) => ({ hash, subject, body }));
}

function lineOf({ hash, subject, body }: Commit): string {
  const [first = ""] = body.trim().split(/\n\s*\n/, 1);
  const reason = first
    .split("\n")
    .filter((line) => !trailer.test(line))
    .join(" ")
    .trim();
  return `- **${subject}** (${hash})${reason === "" ? "" : `\n  ${reason}`}`;
}

const [end = "HEAD"] = Bun.argv.slice(2);
const earlier = earlierTag(end);
const commits = commitsIn(earlier === undefined ? end : `${earlier}..${end}`);
const heading = earlier === undefined ? "## Changes" : `## Changes since ${earlier}`;
console.log([heading, "", ...commits.map(lineOf)].join("\n"));

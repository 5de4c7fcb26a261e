import { type CredentialsParse, type LineParse, parseLines } from "./server_auth_file.ts";

/** The users of a htpasswd file: each name's bcrypt hash. */
export type HtpasswdHashes = ReadonlyMap<string, string>;

/**
 * A bcrypt hash as crypt(3) writes it: version, cost, 22 characters of salt, 31 of hash. The spare bits of the
 * last character of either are zero.
 */
const bcryptHash = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]$/;

/** The costs that htpasswd itself makes; a higher one takes longer than a sender waits. */
const lowestCost = 4;
const highestCost = 17;

/** Kinds of hashes that are too weak to be accepted, by what they begin with. */
const weakKinds: readonly (readonly [prefix: string, name: string])[] = [
  ["{SHA}", "SHA-1"],
  ["{SSHA}", "salted SHA-1"],
  ["$apr1$", "MD5 (apr1)"],
  ["$1$", "MD5"],
  ["$5$", "SHA-256"],
  ["$6$", "SHA-512"],
];

const remedy = "make a bcrypt hash with htpasswd -B";

/**
 * Reads a htpasswd file (https://httpd.apache.org/docs/2.4/misc/password_encryptions.html), a `user:hash` in each
 * line. Only bcrypt is accepted.
 */
export function parseHtpasswd(content: string): CredentialsParse<HtpasswdHashes> {
  const lineOf = new Map<string, number>();
  const parsed = parseLines(content, "user", (line, lineNumber) => {
    const entry = parseEntry(line);
    if (!entry.ok) return entry;
    const [user] = entry.entry;
    const earlier = lineOf.get(user);
    if (earlier !== undefined)
      return { ok: false, problem: `the user stands in line ${earlier} already` } as const;
    lineOf.set(user, lineNumber);
    return entry;
  });
  return parsed.ok ? { ok: true, value: new Map(parsed.value) } : parsed;
}

function parseEntry(line: string): LineParse<readonly [user: string, hash: string]> {
  // What follows a second colon is a comment.
  const [user = "", hash] = line.split(":");
  if (hash === undefined || user === "") return { ok: false, problem: "expected user:hash" };
  const problem = hashProblem(hash);
  return problem === undefined ? { ok: true, entry: [user, hash] } : { ok: false, problem };
}

function hashProblem(hash: string): string | undefined {
  const weak = weakKinds.find(([prefix]) => hash.startsWith(prefix));
  if (weak !== undefined) return `${weak[1]} hashes are not accepted: ${remedy}`;
  if (!/^\$2[aby]\$/.test(hash))
    return `neither plain passwords nor hashes of this kind are accepted: ${remedy}`;
  const cost = Number(bcryptHash.exec(hash)?.[1] ?? Number.NaN);
  if (Number.isNaN(cost)) return `the bcrypt hash is not whole: ${remedy}`;
  if (cost < lowestCost || cost > highestCost)
    return `the cost of a bcrypt hash must be from ${lowestCost} to ${highestCost}`;
  return undefined;
}

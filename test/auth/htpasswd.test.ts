import { describe, expect, test } from "bun:test";
import { parseHtpasswd } from "../../src/http/htpasswd.ts";

/** Made by `htpasswd -nbB myName myPassword` (https://httpd.apache.org/docs/2.4/misc/password_encryptions.html). */
const hash = "$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC";

describe("a htpasswd file is read", () => {
  test("comments, blank lines, blanks around a line and line ends of Windows count for nothing", () => {
    const content = `\uFEFF# people\r\n\r\n  alice:${hash}\t\r\n\n#bob:plain\ncarol:${hash.replace("$2y$", "$2b$")}`;
    expect(parseHtpasswd(content)).toEqual({
      ok: true,
      value: new Map([
        ["alice", hash],
        ["carol", hash.replace("$2y$", "$2b$")],
      ]),
    });
  });

  test.each(["$2y$", "$2a$", "$2b$"])("%s is bcrypt", (version) => {
    expect(parseHtpasswd(`alice:${hash.replace("$2y$", version)}`).ok).toBe(true);
  });

  test("what follows a second colon is a comment", () => {
    expect(parseHtpasswd(`alice:${hash}:Alice of Accounts`)).toEqual({
      ok: true,
      value: new Map([["alice", hash]]),
    });
  });
});

describe("what is wrong is told by its line, and nothing of the line is shown", () => {
  test.each([
    ["SHA-1", "a:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", /SHA-1 hashes are not accepted.*htpasswd -B/],
    ["MD5", "a:$apr1$r31Jz8yl$HzTRAD1mJ8lVYNiM0ZYF2/", /MD5 \(apr1\) hashes are not accepted.*htpasswd -B/],
    ["SHA-512", "a:$6$salt$W6ph5Mm5Pz8GgiULbPgzG37mj9g", /SHA-512 hashes are not accepted.*htpasswd -B/],
    ["crypt", "a:rqXexS6ZhobKA", /neither plain passwords/],
    ["a plain password", "a:W6ph5Mm5Pz8Ggi", /neither plain passwords/],
    ["an empty password", "a:", /neither plain passwords/],
    ["a hash that was cut", `a:${hash.slice(0, -1)}`, /not whole/],
    ["a hash with more to it", `a:${hash}W6ph5`, /not whole/],
    // Other implementations of bcrypt would never find these equal to a hash of theirs.
    ["spare bits in the salt", `a:${hash.replace("a6u", "a6v")}`, /not whole/],
    ["spare bits in the hash", `a:${hash.slice(0, -1)}D`, /not whole/],
    ["a cost that takes hours", `a:${hash.replace("$05$", "$31$")}`, /from 4 to 17/],
    ["a cost that is none", `a:${hash.replace("$05$", "$03$")}`, /from 4 to 17/],
    ["no colon", "W6ph5Mm5Pz8GgiULbPgzG37mj9g", /expected user:hash/],
    ["no user", `:${hash}`, /expected user:hash/],
  ])("%s", (_, line, words) => {
    const content = `# people\nalice:${hash}\n\n${line}\n`;
    expect(parseHtpasswd(content)).toEqual({
      ok: false,
      problems: [expect.stringMatching(new RegExp(`^line 4: .*${words.source}`))],
    });
    expect(JSON.stringify(parseHtpasswd(content))).not.toMatch(/W6ph5|c4WoMPo3|rqXex|HzTRA|salt/);
  });

  test("all lines at once", () => {
    expect(parseHtpasswd("a\nb:c\n")).toEqual({
      ok: false,
      problems: ["line 1: expected user:hash", expect.stringMatching(/^line 2: neither/)],
    });
  });

  test("a user that stands there twice", () => {
    expect(parseHtpasswd(`alice:${hash}\nbob:${hash}\nalice:${hash}`)).toEqual({
      ok: false,
      problems: ["line 3: the user stands in line 1 already"],
    });
  });

  test.each(["", "\n\n", "# nobody yet\n"])("a file without users: %j", (content) => {
    expect(parseHtpasswd(content)).toEqual({ ok: false, problems: ["holds no user"] });
  });
});

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { CodedError } from "../../src/base/failure.ts";
import { BcryptGate } from "../../src/http/htpasswd_gate.ts";
import { ServerAuth } from "../../src/http/server_auth.ts";
import { eventually } from "../base/eventually.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";

const hashOf = (password: string) => Bun.password.hashSync(password, { algorithm: "bcrypt", cost: 4 });
const aliceLine = `alice:${hashOf("wonder:land")}\n`;

let folder: TemporaryFolder;

beforeEach(() => {
  folder = new TemporaryFolder();
});

afterEach(() => {
  folder[Symbol.dispose]();
});

function authOf(content: { readonly htpasswd?: string; readonly tokens?: string }): ServerAuth {
  const files = {
    htpasswd: written("htpasswd", content.htpasswd),
    bearerTokens: written("tokens", content.tokens),
  };
  const clock = new FakeClock();
  return new ServerAuth(files, clock, new BcryptGate(clock));
}

function written(name: string, content: string | undefined): string | undefined {
  if (content === undefined) return undefined;
  writeFileSync(folder.file(name), content);
  return folder.file(name);
}

function replaceFile(name: string, content: string): void {
  writeFileSync(folder.file("next"), content);
  renameSync(folder.file("next"), folder.file(name));
}

async function verdict(auth: ServerAuth, authorization?: string): Promise<string> {
  return await auth.check(new Headers(authorization === undefined ? {} : { authorization }));
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

describe("who may come in", () => {
  test.each([
    ["a user with the password, colon included", basic("alice", "wonder:land"), "admitted"],
    ["the scheme in any case", basic("alice", "wonder:land").replace("Basic", "bAsIc"), "admitted"],
    ["a token", "Bearer token-1", "admitted"],
    ["another token, more blanks before it", "bearer   token-2", "admitted"],
    ["a wrong password", basic("alice", "wonder"), "refused"],
    ["a user that there is not", basic("bob", "wonder:land"), "refused"],
    ["the hash as the password", basic("alice", aliceLine.slice(6, -1)), "refused"],
    ["a token as the password", basic("alice", "token-1"), "refused"],
    ["part of a token", "Bearer token-", "refused"],
    ["more than a token", "Bearer token-1 x", "refused"],
    ["a comment of the token file", "Bearer #token-3", "refused"],
    ["a token without a scheme", "token-1", "refused"],
    ["another scheme", "Digest token-1", "refused"],
    ["no base64", "Basic ***", "refused"],
    ["no colon", `Basic ${Buffer.from("alice").toString("base64")}`, "refused"],
    ["an empty scheme", "Bearer ", "refused"],
    ["two at once", `${basic("alice", "wonder:land")}, Bearer token-1`, "refused"],
  ])("%s", async (_, authorization, expected) => {
    const auth = authOf({ htpasswd: aliceLine, tokens: "# tokens\n\ntoken-1\n  token-2\r\n#token-3\n" });
    expect(await verdict(auth, authorization)).toBe(expected);
  });

  test("nobody without credentials", async () => {
    expect(await verdict(authOf({ tokens: "token-1" }))).toBe("refused");
  });

  test("a scheme that is not set up lets nobody in, and is not asked for", async () => {
    const tokens = authOf({ tokens: "token-1" });
    expect(await verdict(tokens, basic("alice", "wonder:land"))).toBe("refused");
    expect(tokens.challenges).toEqual(['Bearer realm="pyroduct"']);
    const users = authOf({ htpasswd: aliceLine });
    expect(await verdict(users, "Bearer token-1")).toBe("refused");
    expect(users.challenges).toEqual(['Basic realm="pyroduct", charset="UTF-8"']);
  });
});

describe("files", () => {
  test.each([
    ["a hash that is too weak", { htpasswd: "alice:{SHA}W6ph5Mm5Pz8=\n" }, /htpasswd: line 1: SHA-1/],
    ["a token with a blank", { tokens: "one\ntwo three\n" }, /tokens: line 2: a token has no blanks/],
    ["a token beyond ASCII", { tokens: "tökén\n" }, /tokens: line 1: a token has no blanks/],
    ["no token", { tokens: "# none\n" }, /tokens: holds no token/],
  ])("%s is refused from the start", (_, content, words) => {
    expect(() => authOf(content)).toThrow(words);
    expect(() => authOf(content)).toThrow(CodedError);
  });

  test("one that is not there is refused from the start", () => {
    const open = () => new ServerAuth({ htpasswd: folder.file("nobody") }, new FakeClock());
    expect(open).toThrow(CodedError);
    expect(open).toThrow(/nobody can't be read/);
  });

  test("are read again when they change, and what was remembered is forgotten", async () => {
    const auth = authOf({ htpasswd: aliceLine, tokens: "token-1" });
    auth.start(() => {});
    expect(await verdict(auth, basic("alice", "wonder:land"))).toBe("admitted");
    replaceFile("htpasswd", `alice:${hashOf("looking glass")}\n`);
    await eventually(
      "the new password",
      async () => (await verdict(auth, basic("alice", "looking glass"))) === "admitted",
    );
    expect(await verdict(auth, basic("alice", "wonder:land"))).toBe("refused");
    replaceFile("tokens", "token-2\n");
    await eventually("the new token", async () => (await verdict(auth, "Bearer token-2")) === "admitted");
    expect(await verdict(auth, "Bearer token-1")).toBe("refused");
    auth.stop();
  });

  test("whose new content is wrong leave those in who were, and say why until they are right again", async () => {
    const auth = authOf({ htpasswd: aliceLine, tokens: "token-1" });
    const problems: (string | undefined)[] = [];
    auth.start((problem) => problems.push(problem));
    replaceFile("htpasswd", "alice:W6ph5Mm5\n");
    await eventually("the problem", () => problems.length > 0);
    expect(problems.at(-1)).toMatch(/htpasswd: line 1: neither plain passwords/);
    expect(problems.at(-1)).not.toContain("W6ph5Mm5");
    expect(await verdict(auth, basic("alice", "wonder:land"))).toBe("admitted");
    replaceFile("tokens", "token-2\n");
    await eventually("the token", async () => (await verdict(auth, "Bearer token-2")) === "admitted");
    expect(problems.at(-1)).toMatch(/htpasswd: line 1/);
    replaceFile("htpasswd", `bob:${hashOf("builder")}\n`);
    await eventually("the end of the problem", () => problems.at(-1) === undefined);
    expect(await verdict(auth, basic("alice", "wonder:land"))).toBe("refused");
    expect(await verdict(auth, basic("bob", "builder"))).toBe("admitted");
    auth.stop();
  });

  test("that vanish change nothing", async () => {
    const auth = authOf({ tokens: "token-1" });
    auth.start(() => {});
    rmSync(folder.file("tokens"));
    expect(await verdict(auth, "Bearer token-1")).toBe("admitted");
    auth.stop();
  });
});

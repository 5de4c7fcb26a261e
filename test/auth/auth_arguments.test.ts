import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { receiveHttpDefinition } from "../../src/receive_http/definition.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { problemsOf } from "../relabel/component_bed.ts";

let folder: TemporaryFolder;

beforeAll(() => {
  folder = new TemporaryFolder();
  const hash = Bun.password.hashSync("wonderland", { algorithm: "bcrypt", cost: 4 });
  writeFileSync(folder.file("htpasswd"), `alice:${hash}\n`);
  writeFileSync(folder.file("tokens"), "token\n");
});

afterAll(() => {
  folder[Symbol.dispose]();
});

describe("problems of the configuration", () => {
  const problems = (auth: object) =>
    problemsOf(receiveHttpDefinition, { forward_to: ["pyroscope.write.w.receiver"], http: { auth } });

  test("files that can't be used, shown without what they hold", () => {
    writeFileSync(folder.file("users"), "bob:hunter2\ncarol:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n");
    const found = problems({
      basic: { htpasswd_file: folder.file("users") },
      bearer_tokens_file: folder.file("no-such-file"),
    });
    expect(found).toEqual([
      expect.stringMatching(/^http\.auth\.basic\.htpasswd_file: line 1: neither plain passwords/),
      expect.stringMatching(/^http\.auth\.basic\.htpasswd_file: line 2: SHA-1 hashes are not accepted/),
      expect.stringMatching(/^http\.auth\.bearer_tokens_file: the file can't be read/),
    ]);
    expect(found.join()).not.toMatch(/hunter2|W6ph5/);
  });

  test("no file at all", () => {
    expect(problems({})).toEqual(["http.auth: needs basic or bearer_tokens_file"]);
  });

  test("either file alone will do", () => {
    expect(problems({ basic: { htpasswd_file: folder.file("htpasswd") } })).toEqual([]);
    expect(problems({ bearer_tokens_file: folder.file("tokens") })).toEqual([]);
  });
});

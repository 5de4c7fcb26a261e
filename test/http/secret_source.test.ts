import { expect, test } from "bun:test";
import { renameSync, writeFileSync } from "node:fs";
import { Secret } from "../../src/base/secret.ts";
import { fixedSecret, secretInFile } from "../../src/http/secret_source.ts";
import { eventually } from "../base/eventually.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";

test("a fixed secret is what it is", () => {
  const source = fixedSecret(new Secret("token"));
  source.start();
  expect(source.current().reveal()).toBe("token");
  source.stop();
});

test("blanks and line ends around the secret in a file are left out", () => {
  using folder = new TemporaryFolder();
  writeFileSync(folder.file("token"), "  to ken\r\n\n");
  expect(secretInFile(folder.file("token"), new FakeClock()).current().reveal()).toBe("to ken");
});

test("a file that changes gives the new secret from then on", async () => {
  using folder = new TemporaryFolder();
  writeFileSync(folder.file("token"), "one\n");
  const source = secretInFile(folder.file("token"), new FakeClock());
  source.start();
  writeFileSync(folder.file("next"), "two\n");
  renameSync(folder.file("next"), folder.file("token"));
  await eventually("the new secret", () => source.current().reveal() === "two");
  source.stop();
  expect(`${source.current()}`).toBe("(secret)");
});

test("a file that is not there fails at once", () => {
  expect(() => secretInFile("/no/such/token", new FakeClock())).toThrow("ENOENT");
});

import { expect, test } from "bun:test";
import { format, inspect } from "node:util";
import { Secret } from "../../src/base/secret.ts";

const value = "hunter2-do-not-show";

test("a secret yields itself only where it is asked to", () => {
  expect(new Secret(value).reveal()).toBe(value);
});

test.each<[string, (secret: Secret) => string]>([
  ["String()", (secret) => String(secret)],
  ["a template", (secret) => `${secret}`],
  ["joining", (secret) => [secret, secret].join(" ")],
  ["JSON", (secret) => JSON.stringify({ password: secret, list: [secret] })],
  ["util.inspect", (secret) => inspect({ secret }, { showHidden: true, depth: 9 })],
  ["util.format", (secret) => format("%s %o %j", secret, secret, secret)],
  ["Bun.inspect", (secret) => Bun.inspect({ secret, map: new Map([["a", secret]]) })],
  ["its entries", (secret) => JSON.stringify([Object.entries(secret), Object.getOwnPropertyNames(secret)])],
  ["an error's message", (secret) => Bun.inspect(new Error(`bad ${secret}`, { cause: secret }))],
  ["a copy", (secret) => Bun.inspect(structuredClone({ ...secret }))],
])("%s shows nothing of it", (_, show) => {
  expect(show(new Secret(value))).not.toContain("hunter2");
});

test("the console prints (secret)", async () => {
  const script = `
    import { Secret } from ${JSON.stringify(Bun.resolveSync("../../src/base/secret.ts", import.meta.dir))};
    const secret = new Secret(process.argv.at(-1));
    console.log(secret, { secret }, [secret]);
    console.error(secret);
    console.table([{ secret }]);
    console.dir({ secret }, { depth: 9, showHidden: true });
  `;
  const child = Bun.spawn([process.execPath, "-e", script, value], { stdout: "pipe", stderr: "pipe" });
  const [out, error] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect(out + error).toContain("(secret)");
  expect(out + error).not.toContain("hunter2");
});

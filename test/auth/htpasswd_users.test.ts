import { describe, expect, test } from "bun:test";
import { systemClock } from "../../src/base/clock.ts";
import { BcryptGate, type VerifyPassword } from "../../src/http/htpasswd_gate.ts";
import { HtpasswdUsers } from "../../src/http/htpasswd_users.ts";
import { FakeClock, settled } from "../base/fake_clock.ts";

const longPassword =
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored";

/** Test vectors of Openwall's crypt_blowfish (wrapper.c), and Apache's own example of htpasswd -B. */
const hashes = new Map([
  ["apache", "$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC"],
  ["short", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
  ["long", "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"],
  ["latin", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq"],
]);

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** bcrypt that keeps count. */
class CountedBcrypt {
  readonly hashes: string[] = [];
  mostAtOnce = 0;
  #atOnce = 0;

  readonly verify: VerifyPassword = async (password, hash) => {
    this.hashes.push(hash);
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    const isMatch = await Bun.password.verify(password, hash);
    this.#atOnce -= 1;
    return isMatch;
  };
}

describe("passwords are verified as htpasswd made them", () => {
  const users = new HtpasswdUsers(hashes, new BcryptGate(systemClock));

  test.each([
    ["apache", bytes("myPassword"), "right"],
    ["short", bytes("U*U"), "right"],
    ["long", bytes(longPassword), "right"],
    ["latin", new Uint8Array([0xa3]), "right"],
    ["apache", bytes("mypassword"), "wrong"],
    ["apache", bytes(""), "wrong"],
    ["short", bytes("myPassword"), "wrong"],
    ["nobody", bytes("myPassword"), "wrong"],
    ["__proto__", bytes("myPassword"), "wrong"],
  ] as const)("%s", async (user, password, verdict) => {
    expect(await users.check(user, password)).toBe(verdict);
  });
});

describe("bcrypt is spared", () => {
  test("a password that was right is so at once afterwards, and for that user alone", async () => {
    const bcrypt = new CountedBcrypt();
    const users = new HtpasswdUsers(hashes, new BcryptGate(systemClock, bcrypt.verify));
    await users.check("apache", bytes("myPassword"));
    expect(users.check("apache", bytes("myPassword"))).toBe("right");
    expect(bcrypt.hashes).toHaveLength(1);
    expect(await users.check("short", bytes("myPassword"))).toBe("wrong");
    expect(await users.check("apache", bytes("myPassword2"))).toBe("wrong");
    expect(bcrypt.hashes).toHaveLength(3);
  });

  test("many with the same password at once are verified once", async () => {
    const bcrypt = new CountedBcrypt();
    const users = new HtpasswdUsers(hashes, new BcryptGate(systemClock, bcrypt.verify));
    const verdicts = await Promise.all(
      Array.from({ length: 200 }, () => users.check("apache", bytes("myPassword"))),
    );
    expect(new Set(verdicts)).toEqual(new Set(["right"]));
    expect(bcrypt.hashes).toHaveLength(1);
  });

  test("guesses push no user out of what is remembered", async () => {
    const users = new HtpasswdUsers(
      hashes,
      new BcryptGate(systemClock, async (_, hash) => hash === hashes.get("short")),
    );
    expect(await users.check("short", bytes("U*U"))).toBe("right");
    for (let guess = 0; guess < 3000; guess += 1) await users.check("apache", bytes(`guess ${guess}`));
    expect(users.check("short", bytes("U*U"))).toBe("right");
  });
});

describe("guesses are held up", () => {
  test("a few run at once, a bounded number waits, and the others are told so", async () => {
    const bcrypt = new CountedBcrypt();
    const users = new HtpasswdUsers(hashes, new BcryptGate(systemClock, bcrypt.verify));
    const guesses = Array.from({ length: 100 }, (_, guess) => users.check("apache", bytes(`guess ${guess}`)));
    const verdicts = await Promise.all(guesses);
    expect(verdicts.filter((verdict) => verdict === "busy")).toHaveLength(36);
    expect(verdicts.filter((verdict) => verdict === "wrong")).toHaveLength(64);
    expect(bcrypt.mostAtOnce).toBeLessThanOrEqual(2);
    // What nobody had time for is not taken for wrong.
    expect(await users.check("apache", bytes("guess 99"))).toBe("wrong");
  });

  test("nobody waits for ever", async () => {
    const clock = new FakeClock();
    const { promise: never } = Promise.withResolvers<boolean>();
    const gate = new BcryptGate(clock, () => never);
    const waiting = [1, 2, 3].map((guess) => gate.verify(bytes(`guess ${guess}`), ""));
    await settled();
    await clock.advance(5000);
    expect(await waiting.at(-1)).toBeUndefined();
  });

  test("a user that there is not costs what a user does, each time the same one's", async () => {
    const bcrypt = new CountedBcrypt();
    const users = new HtpasswdUsers(hashes, new BcryptGate(systemClock, bcrypt.verify));
    for (const guess of ["one", "two", "three"]) await users.check("nobody", bytes(guess));
    expect(new Set(bcrypt.hashes).size).toBe(1);
    expect([...hashes.values()]).toContain(bcrypt.hashes[0] ?? "");
  });

  test("another's password does not let in who is not there", async () => {
    const only = new Map([["apache", hashes.get("apache") ?? ""]]);
    const users = new HtpasswdUsers(only, new BcryptGate(systemClock));
    expect(await users.check("nobody", bytes("myPassword"))).toBe("wrong");
    expect(await users.check("nobody", bytes("myPassword"))).toBe("wrong");
    expect(await users.check("apache", bytes("myPassword"))).toBe("right");
  });
});

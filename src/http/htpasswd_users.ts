import { Lru } from "../base/lru.ts";
import type { HtpasswdHashes } from "./htpasswd.ts";
import type { BcryptGate } from "./htpasswd_gate.ts";

/** What is known of a name and a password: `busy` where too many are being verified to tell. */
export type PasswordVerdict = "right" | "wrong" | "busy";

/** Verified pairs that are remembered; each takes some hundred bytes. */
const rememberedPairs = 1024;

/**
 * The users of one version of a htpasswd file. bcrypt is slow on purpose, so that pairs of a name and a password
 * that were verified are remembered, by a digest under a key that nobody knows. Right and wrong ones are kept
 * apart, so that guesses push no user out.
 */
export class HtpasswdUsers {
  readonly #hashes: HtpasswdHashes;
  readonly #names: readonly string[];
  readonly #gate: BcryptGate;
  readonly #key = crypto.getRandomValues(new Uint8Array(32));
  readonly #right = new Lru<string, true>(rememberedPairs);
  readonly #wrong = new Lru<string, true>(rememberedPairs);
  readonly #underWay = new Map<string, Promise<PasswordVerdict>>();

  /** @param hashes at least one. */
  constructor(hashes: HtpasswdHashes, gate: BcryptGate) {
    this.#hashes = hashes;
    this.#names = [...hashes.keys()];
    this.#gate = gate;
  }

  /** Whether the password is that of the user. */
  check(user: string, password: Uint8Array): PasswordVerdict | Promise<PasswordVerdict> {
    const digest = this.#digest(user).update(":").update(password).digest("base64");
    if (this.#right.get(digest)) return "right";
    if (this.#wrong.get(digest)) return "wrong";
    const underWay = this.#underWay.get(digest);
    if (underWay !== undefined) return underWay;
    const verifying = this.#verify(user, password, digest);
    this.#underWay.set(digest, verifying);
    return verifying;
  }

  async #verify(user: string, password: Uint8Array, digest: string): Promise<PasswordVerdict> {
    try {
      const hash = this.#hashes.get(user);
      const isMatch = await this.#gate.verify(password, hash ?? this.#decoy(user));
      if (isMatch === undefined) return "busy";
      const isRight = isMatch && hash !== undefined;
      (isRight ? this.#right : this.#wrong).set(digest, true);
      return isRight ? "right" : "wrong";
    } finally {
      this.#underWay.delete(digest);
    }
  }

  // A name that nobody has is given another user's hash, the same one each time: it costs what a user's does.
  #decoy(user: string): string {
    const name = this.#names[this.#digest(user).digest().readUInt32BE() % this.#names.length];
    return this.#hashes.get(name ?? "") ?? "";
  }

  #digest(user: string) {
    return new Bun.CryptoHasher("sha256", this.#key).update(user);
  }
}

import { type CredentialsParse, parseLines } from "./server_auth_file.ts";

/** Tokens of which any one lets a request in. Only their digests are kept. */
export class BearerTokens {
  readonly #digests: readonly Buffer[];

  constructor(tokens: readonly string[]) {
    this.#digests = tokens.map(digestOf);
  }

  /** Whether it is one of the tokens; takes the same time whichever it is. */
  has(token: string): boolean {
    const digest = digestOf(token);
    let isFound = false;
    for (const known of this.#digests) {
      const isSame = crypto.timingSafeEqual(known, digest);
      isFound ||= isSame;
    }
    return isFound;
  }
}

/** Reads a file of tokens, one in a line. */
export function parseBearerTokens(content: string): CredentialsParse<BearerTokens> {
  const parsed = parseLines(content, "token", (line) =>
    /^[\x21-\x7e]+$/.test(line)
      ? { ok: true, entry: line }
      : { ok: false, problem: "a token has no blanks and nothing but ASCII" },
  );
  return parsed.ok ? { ok: true, value: new BearerTokens(parsed.value) } : parsed;
}

function digestOf(token: string): Buffer {
  return new Bun.CryptoHasher("sha256").update(token).digest();
}

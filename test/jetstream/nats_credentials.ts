import { writeFileSync } from "node:fs";
import { nkeys } from "@nats-io/transport-node";

const { createAccount, createOperator, createUser } = nkeys;

type KeyPair = ReturnType<typeof createUser>;

const systemLimits = {
  subs: -1,
  data: -1,
  payload: -1,
  imports: -1,
  exports: -1,
  conn: -1,
  leaf: -1,
  wildcards: true,
};

const limits = { ...systemLimits, mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };

/** An operator with one account and one user, as JWTs that nats-server takes. */
export class NatsCredentials {
  /** What the server's configuration needs. */
  readonly config: string;
  readonly #account = createAccount();

  constructor() {
    const operator = createOperator();
    const key = this.#account.getPublicKey();
    // JetStream needs an account for the server's own messages.
    const system = createAccount().getPublicKey();
    const operatorJwt = sign(operator, operator.getPublicKey(), { type: "operator", version: 2 });
    const accounts = [
      `${key}: ${sign(operator, key, { type: "account", version: 2, limits })}`,
      `${system}: ${sign(operator, system, { type: "account", version: 2, limits: systemLimits })}`,
    ];
    this.config = [
      `operator: ${operatorJwt}`,
      `system_account: ${system}`,
      "resolver: MEMORY",
      `resolver_preload { ${accounts.join(", ")} }`,
    ].join("\n");
  }

  /** Writes a credentials file of a new user; one that another account signed is refused. */
  write(path: string, signer: KeyPair = this.#account): void {
    const user = createUser();
    const jwt = sign(signer, user.getPublicKey(), {
      type: "user",
      version: 2,
      subs: -1,
      data: -1,
      payload: -1,
    });
    const seed = new TextDecoder().decode(user.getSeed());
    const part = (name: string, text: string) =>
      `-----BEGIN ${name}-----\n${text}\n------END ${name}------\n`;
    writeFileSync(path, `${part("NATS USER JWT", jwt)}\n${part("USER NKEY SEED", seed)}`, { mode: 0o600 });
  }

  /** Writes a credentials file that the server refuses. */
  writeForeign(path: string): void {
    this.write(path, createAccount());
  }
}

// https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt
function sign(issuer: KeyPair, subject: string, nats: object): string {
  const encode = (value: object | Uint8Array) =>
    Buffer.from(value instanceof Uint8Array ? value : JSON.stringify(value)).toString("base64url");
  const claims = {
    jti: subject,
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    sub: subject,
    name: "test",
    nats,
  };
  const text = `${encode({ typ: "JWT", alg: "ed25519-nkey" })}.${encode(claims)}`;
  return `${text}.${encode(issuer.sign(new TextEncoder().encode(text)))}`;
}

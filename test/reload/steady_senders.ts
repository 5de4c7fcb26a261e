import { SenderConnection } from "../receiver_tls/sender_connection.ts";

/** Senders that send one profile after another, each on the one connection that it opened at the start. */
export class SteadySenders {
  /** Every status but 200, and every connection that was closed or said that it would be. */
  readonly faults: string[] = [];
  /** How many profiles were taken; the body of profile number n of a sender is `sender.n`. */
  readonly sent: number[] = [];
  readonly #connections: readonly SenderConnection[];
  readonly #finished: Promise<unknown>;
  #isOn = true;

  private constructor(connections: readonly SenderConnection[]) {
    this.#connections = connections;
    this.#finished = Promise.all(connections.map((connection, sender) => this.#run(connection, sender)));
  }

  /** Connects so many senders, who begin at once. */
  static async start(address: string, count: number): Promise<SteadySenders> {
    const opened = Array.from({ length: count }, () => SenderConnection.open(address));
    return new SteadySenders(await Promise.all(opened));
  }

  /** The bodies of all profiles that were taken. */
  get bodies(): string[] {
    return this.sent.flatMap((count, sender) => Array.from({ length: count }, (_, n) => `${sender}.${n}`));
  }

  /** Lets each sender finish the profile that it is at. */
  async end(): Promise<void> {
    this.#isOn = false;
    await this.#finished;
    for (const connection of this.#connections) connection[Symbol.dispose]();
  }

  async #run(connection: SenderConnection, sender: number): Promise<void> {
    for (let n = 0; this.#isOn; n += 1) {
      const body = Buffer.from(`${sender}.${n}`);
      const answer = await connection.request({ method: "POST", target: "/ingest?name=app", body });
      const { status = "closed", connection: last = "" } = answer ?? {};
      if (status !== 200 || last !== "") {
        this.faults.push(`${sender}.${n}: ${status} ${last}`);
        return;
      }
      this.sent[sender] = n + 1;
      // Steady rather than as fast as can be: the other side needs the processor too.
      await Bun.sleep(2);
    }
  }
}

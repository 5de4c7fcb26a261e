import { type ClientOptions, SenderConnection } from "../receiver_tls/sender_connection.ts";
import { ingestRequest } from "../receiver_tls/tls_bed.ts";

/** New connections, one request each, until it is told to stop; what was no success is kept. */
export class Newcomers {
  count = 0;
  readonly faults: string[] = [];
  /** Of the certificates that they were shown. */
  readonly fingerprints = new Set<string>();
  #isOn = true;
  readonly #finished: Promise<unknown>;

  constructor(address: string, atOnce: number, client?: ClientOptions) {
    this.#finished = Promise.all(Array.from({ length: atOnce }, () => this.#run(address, client)));
  }

  async end(): Promise<void> {
    this.#isOn = false;
    await this.#finished;
  }

  async #run(address: string, client?: ClientOptions): Promise<void> {
    while (this.#isOn) {
      try {
        using connection = await SenderConnection.open(address, client);
        this.fingerprints.add(connection.fingerprint);
        const answer = await connection.request(ingestRequest);
        if (answer?.status !== 200) this.faults.push(String(answer?.status));
      } catch (thrown) {
        this.faults.push(String(thrown));
      }
      this.count += 1;
      // Steady rather than as fast as can be: the other side needs the processor too.
      await Bun.sleep(5);
    }
  }
}

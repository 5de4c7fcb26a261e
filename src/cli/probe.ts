import { get } from "node:http";
import { CodedError, messageOf } from "../base/failure.ts";
import { formatAddress, type ListenAddress } from "../http/listen_address.ts";

/** What can be asked of a running pyroduct, each at `/-/` of its admin server. */
export const probes = ["ready", "live", "healthy"] as const;

/** One of the probes. */
export type ProbeName = (typeof probes)[number];

/** How long an answer may take, in milliseconds. */
const answerMs = 3000;

/** An address that stands for all of a machine's, by what it is reached at from there. */
const loopbacks: Readonly<Record<string, string>> = { "": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1" };

/**
 * Asks a pyroduct on this machine how it does, and prints what it says; for images without a shell or curl.
 *
 * @returns the exit status: 1 where the answer is no.
 * @throws CodedError where there is no answer.
 */
export async function probe(name: ProbeName, { host, port }: ListenAddress): Promise<number> {
  const address = formatAddress(loopbacks[host] ?? host, port);
  const { status, text } = await ask(`http://${address}/-/${name}`);
  process.stdout.write(text);
  return status === 200 ? 0 : 1;
}

// Bun's fetch would go through the proxy that the environment names, even to this machine.
function ask(url: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) =>
      reject(new CodedError("unavailable", `no answer from ${url}: ${reason}`));
    const request = get(url, { agent: false, timeout: answerMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
      );
      response.on("error", (error) => fail(messageOf(error)));
    });
    request.on("timeout", () => request.destroy(new Error(`none within ${answerMs} ms`)));
    request.on("error", (error) => fail(messageOf(error)));
  });
}

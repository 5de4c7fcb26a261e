import { join } from "node:path";
import { freePort } from "../http/free_port.ts";
import type { BenchEnvironment } from "./environment.ts";
import { LoadedReceiver } from "./loaded_receiver.ts";
import type { Payload } from "./payload.ts";
import { startProgram } from "./program.ts";
import { pyroductConfig } from "./pyroduct_receiver.ts";
import type { Row } from "./row.ts";
import type { SinkPort } from "./sink.ts";

/** Bun takes less than a millisecond for no time at all, and asking without pause takes a core from what starts. */
const lookEveryMs = 1;
const startTimeoutMs = 10_000;

/** A row on the time from the start of the executable to the first profile that it has taken. */
export function startRow(row: {
  readonly name: string;
  readonly payload: Payload;
  readonly starts: number;
  readonly quickStarts: number;
  readonly atMostMs: number;
}): Row {
  return {
    name: row.name,
    async run(environment) {
      const destination = environment.sink.open("http");
      const starts = environment.options.form === "quick" ? row.quickStarts : row.starts;
      const name = "pyroduct";
      // Not one receiver but one after the other: this one only counts for them all.
      const one = new LoadedReceiver(environment, name, {
        url: destination.url,
        pid: undefined,
        destinations: [destination],
        async [Symbol.asyncDispose]() {},
      });
      for (let start = 0; start < starts; start += 1) {
        one.note("startMs", await startOnce(environment, destination, row.payload));
        one.countAnswered(1, row.payload);
      }
      const { atMostMs } = row;
      const values = one.values.startMs ?? [];
      return {
        measured: [{ receiver: name, values: one.values }],
        goals: [{ receiver: name, text: `ms ≤ ${atMostMs}`, limit: atMostMs, values }],
        problems: await one.problems(),
      };
    },
  };
}

async function startOnce(
  { command, folder, certificate }: BenchEnvironment,
  destination: SinkPort,
  payload: Payload,
): Promise<number> {
  const port = freePort();
  const configFile = join(folder, "start.json");
  await Bun.write(
    configFile,
    JSON.stringify(pyroductConfig(port, [destination.url], {}, certificate.certFile)),
  );
  const startedAt = performance.now();
  await using _ = await startProgram([
    ...[...command, "run", configFile],
    ...["--server.http.listen-addr=127.0.0.1:0", `--storage.path=${join(folder, "storage")}`],
  ]);
  while (performance.now() < startedAt + startTimeoutMs) {
    if (await isTaken(`http://127.0.0.1:${port}${payload.target}`, payload))
      return performance.now() - startedAt;
    await Bun.sleep(lookEveryMs);
  }
  throw new Error(`no profile was taken within ${startTimeoutMs} ms`);
}

async function isTaken(url: string, { headers, body }: Payload): Promise<boolean> {
  try {
    const answer = await fetch(url, { method: "POST", headers, body, keepalive: false });
    return answer.status === 200;
  } catch {
    // Nobody listens yet.
    return false;
  }
}

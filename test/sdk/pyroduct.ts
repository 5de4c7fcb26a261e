import { join } from "node:path";
import { childEnvironment, trackChild } from "./child.ts";

/** A running pyroduct. */
export interface Pyroduct {
  /** The port that its receiver listens on. */
  readonly port: number;
  /** Its log so far. */
  log(): string;
  /** Ends it with SIGTERM. Resolves to undefined on exit status 0, else to what went wrong. */
  stop(): Promise<string | undefined>;
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 20_000;

function configuration(sinkUrls: readonly [string, string]): string {
  const [a, b] = sinkUrls;
  return JSON.stringify({
    "pyroscope.receive_http": {
      r: {
        http: { listen_address: "127.0.0.1", listen_port: 0 },
        forward_to: ["pyroscope.write.a.receiver", "pyroscope.write.b.receiver"],
      },
    },
    "pyroscope.write": { a: { endpoint: [{ url: a }] }, b: { endpoint: [{ url: b }] } },
  });
}

function parseLine(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function listeningPort(line: Record<string, unknown>): number | undefined {
  if (line["msg"] !== "listening" || line["component_id"] !== "pyroscope.receive_http.r") return undefined;
  const port = /:(\d+)$/.exec(String(line["address"]))?.[1];
  return port === undefined ? undefined : Number(port);
}

async function readLines(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void): Promise<void> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + decoder.decode(part.value, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  }
  if (rest !== "") onLine(rest);
}

/**
 * Starts an executable, or a .ts file with this runtime, that forwards to both sinks. It keeps what it stores
 * and its configuration in `folder`. Rejects when it is not ready in time.
 */
export async function startPyroduct(
  executable: string,
  sinkUrls: readonly [string, string],
  folder: string,
): Promise<Pyroduct> {
  const configFile = join(folder, "config.json");
  await Bun.write(configFile, configuration(sinkUrls));
  const child = Bun.spawn(
    [
      ...(executable.endsWith(".ts") ? [process.execPath] : []),
      executable,
      "run",
      configFile,
      "--server.http.listen-addr=127.0.0.1:0",
      `--storage.path=${join(folder, "storage")}`,
      "--log.format=json",
    ],
    {
      env: childEnvironment,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      detached: true,
    },
  );
  trackChild(child);
  let log = "";
  const ready = Promise.withResolvers<number>();
  const timer = setTimeout(() => ready.reject(new Error("pyroduct was not ready in time")), START_TIMEOUT_MS);
  let port: number | undefined;
  const reading = readLines(child.stderr, (line) => {
    log += `${line}\n`;
    const entry = parseLine(line);
    port ??= listeningPort(entry);
    if (entry["msg"] !== "ready") return;
    if (port === undefined) ready.reject(new Error("pyroduct logged no listener"));
    else ready.resolve(port);
  }).then(async () => ready.reject(new Error(`pyroduct ended with status ${await child.exited}`)));
  try {
    return {
      port: await ready.promise,
      log: () => log,
      async stop() {
        child.kill("SIGTERM");
        const killer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
        const status = await child.exited;
        clearTimeout(killer);
        await reading;
        if (status === 0) return undefined;
        return `pyroduct ended with ${child.signalCode ?? `status ${status}`} after SIGTERM`;
      },
    };
  } catch (error) {
    child.kill("SIGKILL");
    await reading;
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${log}`);
  } finally {
    clearTimeout(timer);
  }
}

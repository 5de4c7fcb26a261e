import { logTail, runChild } from "./child.ts";
import type { SdkClient } from "./clients.ts";
import { expectedProfiles, isIngest, type Profile, wirePath } from "./profiles.ts";
import { type Exchange, startRelay } from "./relay.ts";

/** A way to run an SDK: with a base URL as it should be, or with a slash at its end. */
export type Variant = "plain" | "slash";

/** What an SDK sent in one run. */
export interface SdkRun {
  /** The profiles that a destination must have got. */
  readonly sent: readonly Profile[];
  /** The request paths as the SDK wrote them. */
  readonly paths: readonly string[];
  /**
   * What is wrong already, whatever arrived: the SDK failed, sent too little, or was answered other than it
   * must.
   */
  readonly problems: readonly string[];
}

/** Fewer profiles than this prove nothing about an SDK. */
const MIN_PROFILES = 2;
const RUN_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 10_000;
const POLL_MS = 50;

async function untilAnswered(exchanges: () => Exchange[]): Promise<Exchange[]> {
  const end = performance.now() + ANSWER_TIMEOUT_MS;
  for (;;) {
    const all = exchanges();
    if (all.every(({ answer }) => answer !== undefined) || performance.now() > end) return all;
    await Bun.sleep(POLL_MS);
  }
}

function answerProblems({ request, answer }: Exchange): string[] {
  const what = `${request.method} ${wirePath(request)}`;
  if (answer === undefined) return [`${what} was never answered`];
  const text = Buffer.from(answer.body).toString();
  if (answer.status !== 200) return [`${what} was answered ${answer.status}: ${text.slice(0, 200)}`];
  // Success at /ingest has an empty body.
  if (isIngest(request) && text !== "") return [`${what} was answered with a body: ${text.slice(0, 200)}`];
  return [];
}

/** Where an SDK's client runs, and for how long. */
export interface SdkRunOptions {
  readonly folder: string;
  /** The port of pyroduct. */
  readonly port: number;
  readonly logFile: string;
  /** In seconds; each client has a default. */
  readonly seconds?: number;
}

/** Runs an SDK's client through a relay that keeps what it sends; returns that, and what went wrong if it did. */
export async function recordSdk(
  client: SdkClient,
  variant: Variant,
  { folder, port, logFile, seconds }: SdkRunOptions,
): Promise<{ readonly exchanges: readonly Exchange[]; readonly failure: string | undefined }> {
  const relay = await startRelay(port);
  try {
    const run = {
      url: `http://127.0.0.1:${relay.port}${variant === "slash" ? "/" : ""}`,
      app: `sdk.${client.name}.${variant}`,
      seconds,
    };
    const failure = await runChild(client.command(run), {
      cwd: folder,
      env: client.env?.(run) ?? {},
      logFile,
      timeoutMs: RUN_TIMEOUT_MS + (seconds ?? 0) * 1000,
    });
    return { exchanges: await untilAnswered(relay.exchanges), failure };
  } finally {
    relay.stop();
  }
}

/**
 * Runs an SDK's client in `folder` against the pyroduct at `port`, through a relay that keeps what it sends.
 */
export async function runSdk(client: SdkClient, variant: Variant, options: SdkRunOptions): Promise<SdkRun> {
  try {
    const { exchanges, failure } = await recordSdk(client, variant, options);
    const sent = exchanges.flatMap(({ request }) => expectedProfiles(request));
    const problems = exchanges.flatMap(answerProblems);
    if (sent.length < MIN_PROFILES) problems.unshift(`only ${sent.length} profiles sent`);
    if (failure !== undefined) problems.unshift(failure);
    if (problems.length > 0) problems.push(`its last words:\n${await logTail(options.logFile)}`);
    return { sent, paths: [...new Set(exchanges.map(({ request }) => wirePath(request)))], problems };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { sent: [], paths: [], problems: [`what it sent is not understood: ${reason}`] };
  }
}

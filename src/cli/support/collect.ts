import { version } from "../../base/version.ts";
import { type AdminAnswer, type AdminClient, shownText } from "../admin_client.ts";

/** What a bundle consists of, by the names of its files. */
export interface Bundle {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What could not be had, and why. */
  readonly missing: ReadonlyMap<string, string>;
}

/** A file of a bundle and where it comes from. */
interface Part {
  readonly file: string;
  readonly path: string;
  readonly method?: "POST";
  /** How long it takes beyond other answers, in milliseconds. */
  readonly extraMs?: number;
  /** Whether an answer other than 200 says what is to be known too. */
  readonly isStatusTold?: boolean;
}

function partsOf(profileSeconds: number): readonly Part[] {
  return [
    { file: "process.json", path: "/api/v0/support/process" },
    { file: "status.json", path: "/api/v0/status" },
    { file: "ready.txt", path: "/-/ready", isStatusTold: true },
    { file: "healthy.txt", path: "/-/healthy", isStatusTold: true },
    { file: "config.yaml", path: "/-/config" },
    // With the history of each component's health and its last errors.
    { file: "components.json", path: "/api/v0/flow" },
    { file: "metrics.txt", path: "/metrics" },
    { file: "metrics_of_last_minutes.json", path: "/api/v0/flow/metrics" },
    { file: "log.txt", path: "/api/v0/support/log" },
    {
      file: "cpu.pprof.gz",
      path: `/api/v0/support/cpu-profile?seconds=${profileSeconds}`,
      method: "POST",
      extraMs: profileSeconds * 1000,
    },
  ];
}

/** Asks a running pyroduct for everything. The log and the metrics come last, after the profile. */
export async function collect(
  admin: AdminClient,
  profileSeconds: number,
  timeoutMs: number,
  nowMs: number,
): Promise<Bundle> {
  const files = new Map<string, Uint8Array>();
  const missing = new Map<string, string>();
  await Promise.all(
    partsOf(profileSeconds).map(async ({ file, path, method, extraMs, isStatusTold }) => {
      const answer = await admin.ask(path, {
        method: method ?? "GET",
        timeoutMs: timeoutMs + (extraMs ?? 0),
      });
      const problem = problemOf(answer, isStatusTold ?? false);
      if (answer.type === "answer" && problem === undefined) files.set(file, answer.body);
      else missing.set(file, problem ?? "");
    }),
  );
  const manifest = {
    made_at: new Date(nowMs).toISOString(),
    made_by: `pyroduct ${version}`,
    admin: admin.name,
    files: [...files.keys()].toSorted(),
    missing: Object.fromEntries(missing),
  };
  files.set("manifest.json", Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  return { files, missing };
}

function problemOf(answer: AdminAnswer, isStatusTold: boolean): string | undefined {
  if (answer.type === "failure") return answer.problem;
  if (answer.status === 200 || (isStatusTold && answer.status >= 500)) return undefined;
  return `HTTP ${answer.status}: ${shownText(answer)}`;
}

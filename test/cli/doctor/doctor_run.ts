import { writeFileSync } from "node:fs";
import type { TemporaryFolder } from "../../base/temporary_folder.ts";
import { freePort } from "../../http/free_port.ts";
import { command } from "../command.ts";

/** A finding as `doctor --json` prints it. */
export interface PrintedFinding {
  readonly group: string;
  readonly check: string;
  readonly status: string;
  readonly detail: string;
  readonly fix: string | null;
}

/** What doctor found. */
export interface Examined {
  readonly status: number;
  readonly findings: readonly PrintedFinding[];
  /** `check: status: detail` of the endpoint's, and `fix: …` behind those that have one. */
  readonly endpoint: readonly string[];
}

/** Has a configuration examined that has not been started. */
export async function examineConfig(
  folder: TemporaryFolder,
  config: object,
  ...flags: readonly string[]
): Promise<Examined> {
  const path = folder.file(`${crypto.randomUUID()}.json`);
  writeFileSync(path, JSON.stringify(config));
  const admin = `--server.http.listen-addr=127.0.0.1:${freePort()}`;
  const storage = `--storage.path=${folder.file("state")}`;
  const ended = await command("doctor", "--json", admin, storage, "--timeout=3s", ...flags, path);
  const findings = JSON.parse(ended.out).checks as PrintedFinding[];
  const ofEndpoint = findings.filter(({ group }) => group.startsWith("pyroscope.write."));
  const endpoint = ofEndpoint.map(({ check, status, detail, fix }) => {
    return `${check}: ${status}: ${detail}${fix === null ? "" : ` fix: ${fix}`}`;
  });
  return { status: ended.status, findings, endpoint };
}

/** Has one endpoint examined. */
export function examineEndpoint(
  folder: TemporaryFolder,
  endpoint: object,
  ...flags: readonly string[]
): Promise<Examined> {
  const config = { "pyroscope.write": { w: { endpoint } } };
  return examineConfig(folder, config, "--before-start", ...flags);
}

/** The first finding of a check. */
export function findingOf({ findings }: Examined, check: string): PrintedFinding | undefined {
  return findings.find((finding) => finding.check === check);
}

/** The process, for whoever looks into a problem. Nothing of its environment. */
export interface ProcessFacts {
  readonly version: string;
  readonly commit: string;
  readonly bun: string;
  /** Such as `linux-x64`. */
  readonly platform: string;
  readonly pid: number;
  readonly uptime_seconds: number;
  readonly cpus: number;
  readonly memory_total_bytes: number;
  readonly memory_free_bytes: number;
  readonly resident_bytes: number;
  /** How many files it may open; null where the system does not tell. */
  readonly open_files_limit: number | null;
}

import type { FaultBed } from "./bed.ts";

/** A fault, and what pyroduct does with it. */
export interface Scenario {
  readonly name: string;
  /** What happens, in words. */
  readonly fault: string;
  /** Runs it; what must hold beyond that nothing acknowledged is lost, goes through `bed.expect`. */
  readonly run: (bed: FaultBed) => Promise<void>;
  /** Why it can't be run here; undefined where it can. */
  readonly obstacle?: () => Obstacle | undefined;
}

/** Why a scenario can't be run on this machine. */
export interface Obstacle {
  readonly reason: string;
  /** Whether a package mends it: continuous integration installs those, so there it is a failure. */
  readonly isMendable: boolean;
}

/** Whether a command ends well. */
export function succeeds(command: string[]): boolean {
  return Bun.spawnSync(command, { stdout: "ignore", stderr: "ignore" }).success;
}

import type { FaultBed } from "./bed.ts";

/** A fault, and what pyroduct does with it. */
export interface Scenario {
  readonly name: string;
  /** What happens, in words. */
  readonly fault: string;
  /** Runs it; what must hold beyond that nothing acknowledged is lost, goes through `bed.expect`. */
  readonly run: (bed: FaultBed) => Promise<void>;
  /** Why it can't be run here; undefined where it can. */
  readonly obstacle?: () => string | undefined;
}

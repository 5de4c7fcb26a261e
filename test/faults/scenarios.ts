import type { Scenario } from "./scenario.ts";
import { kill } from "./scenarios/kill.ts";
import { outages } from "./scenarios/outages.ts";

/** All faults, in the order of the report. */
export const scenarios: readonly Scenario[] = [kill, ...outages];

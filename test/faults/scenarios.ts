import type { Scenario } from "./scenario.ts";
import { clock } from "./scenarios/clock.ts";
import { diskFull, quota } from "./scenarios/disk_full.ts";
import { drops } from "./scenarios/drops.ts";
import { kill } from "./scenarios/kill.ts";
import { nats } from "./scenarios/nats.ts";
import { outages } from "./scenarios/outages.ts";
import { reload } from "./scenarios/reload.ts";
import { stops } from "./scenarios/stop.ts";
import { syncOrder } from "./scenarios/sync_order.ts";
import { tenant } from "./scenarios/tenant.ts";
import { token } from "./scenarios/token.ts";

/** All faults, in the order of the report. */
export const scenarios: readonly Scenario[] = [
  kill,
  ...syncOrder,
  ...outages,
  tenant,
  token,
  diskFull,
  quota,
  ...drops,
  clock,
  ...stops,
  reload,
  ...nats,
];

import { systemClock } from "../../src/base/clock.ts";
import { wholeShare } from "../../src/base/share.ts";
import type { ComponentContext } from "../../src/component/definition.ts";
import { ListenerPool } from "../../src/http/listener.ts";
import { MetricScope } from "../../src/telemetry/metric_scope.ts";
import { RecordedLog } from "../telemetry/recorded_log.ts";

/** What a component is built in, where a test gives it no shard. */
export function componentContext(more: Partial<ComponentContext> = {}): ComponentContext {
  const id = more.id ?? "test.component.default";
  return {
    id,
    clock: systemClock,
    log: new RecordedLog(),
    metrics: new MetricScope({ component_id: id }),
    storagePath: "/nowhere",
    adoptedPaths: [],
    share: wholeShare,
    listeners: new ListenerPool(),
    tracer: undefined,
    ...more,
  };
}

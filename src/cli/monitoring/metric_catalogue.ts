import * as v from "valibot";
import { systemClock } from "../../base/clock.ts";
import { wholeShare } from "../../base/share.ts";
import { componentDefinitions } from "../../components.ts";
import { loadConfig } from "../../config/load_config.ts";
import { healthFamily } from "../../controller/health_metrics.ts";
import { processFamilies } from "../../controller/process_metrics.ts";
import { workerFamilies } from "../../controller/worker_metrics.ts";
import { ListenerPool } from "../../http/listener.ts";
import { createLogger } from "../../telemetry/log.ts";
import type { MetricFamily } from "../../telemetry/metric_family.ts";
import { MetricScope } from "../../telemetry/metric_scope.ts";

/** What is known of a metric without any value of it. */
export type KnownMetric = Pick<MetricFamily, "name" | "type" | "help">;

/** One component of each kind, with all that has metrics of its own. */
const everything = {
  "pyroscope.receive_http": { all: { grpc: {}, forward_to: ["pyroscope.relabel.all.receiver"] } },
  "pyroscope.relabel": { all: { forward_to: ["pyroscope.enrich.all.receiver"] } },
  "pyroscope.enrich": {
    all: {
      targets: [{ job: "all" }],
      target_match_label: "job",
      forward_to: ["pyroscope.write.all.receiver", "pyroscope.local_store.all.receiver"],
    },
  },
  "pyroscope.write": { all: { endpoint: { url: "http://127.0.0.1:1", queue: { type: "memory" } } } },
  "pyroscope.local_store": { all: {} },
};

/**
 * Every metric that pyroduct exposes, by its name, as the components themselves say: each is built and asked, and
 * none is started.
 */
export async function metricCatalogue(): Promise<ReadonlyMap<string, KnownMetric>> {
  const loaded = loadConfig(JSON.stringify(everything), componentDefinitions, {});
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join("; "));
  const log = createLogger("error", "logfmt", () => {});
  const listeners = new ListenerPool();
  const families: MetricFamily[] = [...processFamilies(), healthFamily([]), ...workerFamilies(true, 0)];
  for (const { id, type, source } of loaded.components) {
    const definition = componentDefinitions.find((one) => one.type === type);
    if (definition === undefined) throw new Error(`no component ${type}`);
    const metrics = new MetricScope({ component_id: id });
    const parts = { clock: systemClock, log, storagePath: "", share: wholeShare };
    const sharedMetrics = new MetricScope({});
    const shared = definition.share?.({ ...parts, metrics: sharedMetrics });
    const context = { ...parts, adoptedPaths: [], id, metrics, listeners };
    definition.build(v.parse(definition.schema, source), context, shared);
    families.push(...(await metrics.families()), ...(await sharedMetrics.families()));
  }
  return new Map(families.map((family) => [family.name, family]));
}

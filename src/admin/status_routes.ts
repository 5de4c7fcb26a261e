import { Hono } from "hono";
import { commit, version } from "../base/version.ts";
import type { Controller } from "../controller/controller.ts";
import type { MetricFamily } from "../telemetry/metric_family.ts";
import type { Status } from "./api/status.ts";
import { receiverAddresses } from "./receiver_addresses.ts";
import { hostNameOf } from "./request_origin.ts";

const receiverType = "pyroscope.receive_http";
const storeType = "pyroscope.local_store";

const storedName = "pyroduct_local_store_profiles";

const startedAt = Math.floor(Date.now() - process.uptime() * 1000);

/** What runs, and where senders find it. */
export function statusRoutes(controller: Controller, wall: () => number): Hono {
  const app = new Hono();

  app.get("/", async (context) => {
    const { observation, shown, source } = controller;
    const [flow, stored, unhealthy] = await Promise.all([
      observation.flow(),
      observation.readMetrics([storedName]),
      controller.unhealthy(),
    ]);
    const host = hostNameOf(context.req.header("host") ?? "") ?? "localhost";
    const receivers = shown.filter(({ type }) => type === receiverType);
    const status: Status = {
      version,
      commit,
      bun: Bun.version,
      started_at: startedAt,
      time: wall(),
      is_ready: controller.isReady,
      is_first_run: !source.isFile && source.name === "(built in)",
      config_name: source.name,
      unhealthy: unhealthy.map(({ id, message, sinceMs }) => ({ id, reason: message, since: sinceMs })),
      receivers: await receiverAddresses(controller, host),
      stores: shown.filter(({ type }) => type === storeType).map(({ id }) => id),
      stored_profiles: sumOf(stored),
      received_profiles: receivers
        .map(({ id }) => flow.edges.find(({ from }) => from === id)?.profiles ?? 0)
        .reduce((sum, profiles) => sum + profiles, 0),
    };
    return context.json(status);
  });

  return app;
}

function sumOf(families: readonly MetricFamily[]): number {
  return families.flatMap(({ samples }) => samples).reduce((sum, { value }) => sum + value, 0);
}

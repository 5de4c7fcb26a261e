import { Hono } from "hono";
import { commit, version } from "../base/version.ts";
import type { ShownComponent } from "../controller/config_check.ts";
import type { Controller } from "../controller/controller.ts";
import { parseAddress } from "../http/listen_address.ts";
import type { MetricFamily } from "../telemetry/metric_family.ts";
import type { ReceiverAddress, Status } from "./api/status.ts";
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
      receivers: receivers.flatMap(
        (one) => receiverAddress(one, flow.components.get(one.id)?.address, host) ?? [],
      ),
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

function receiverAddress(
  { id, arguments: args }: ShownComponent,
  address: string | undefined,
  host: string,
): ReceiverAddress | undefined {
  const listen = parseAddress(address ?? "");
  if (listen === undefined) return undefined;
  const { tls, auth } = httpOf(args);
  const isEverywhere = ["", "0.0.0.0", "::"].includes(listen.host);
  const name = isEverywhere ? host : listen.host;
  const shown = name.includes(":") ? `[${name}]` : name;
  return {
    id,
    url: `${tls === undefined ? "http" : "https"}://${shown}:${listen.port}`,
    is_tls: tls !== undefined,
    needs_auth: auth !== undefined,
  };
}

function httpOf(args: unknown): { readonly tls?: unknown; readonly auth?: unknown } {
  if (typeof args !== "object" || args === null || !("http" in args)) return {};
  return typeof args.http === "object" && args.http !== null ? args.http : {};
}

function sumOf(families: readonly MetricFamily[]): number {
  return families.flatMap(({ samples }) => samples).reduce((sum, { value }) => sum + value, 0);
}

import { Hono } from "hono";
import { stringify } from "yaml";
import type { Controller } from "../controller/controller.ts";
import { isLogLevel, logLevels, type RootLogger } from "../telemetry/log.ts";
import { formatFamilies } from "../telemetry/metric_family.ts";
import { configRoutes } from "./config_routes.ts";
import { flowRoutes } from "./flow_routes.ts";
import { type AdminAccess, gate, localAccess } from "./gate.ts";
import { liveRoutes } from "./live_routes.ts";
import { pageRoutes } from "./page_routes.ts";
import { profileRoutes } from "./profile_routes.ts";
import { queueRoutes } from "./queue_routes.ts";
import { sampleRoutes } from "./sample_routes.ts";
import { AdminServices } from "./services.ts";
import { statusRoutes } from "./status_routes.ts";
import { storeRoutes } from "./store_routes.ts";
import { supportRoutes } from "./support_routes.ts";

/**
 * The admin server's routes: health, metrics, configuration, components and stored profiles.
 *
 * @param access who may come.
 * @param services what is kept between requests; whoever gives it starts and stops it.
 */
export function createAdminApp(
  controller: Controller,
  log: RootLogger,
  access: AdminAccess = localAccess,
  services: AdminServices = new AdminServices(controller),
): Hono {
  const app = new Hono();
  app.use(gate(access));

  app.get("/metrics", async (context) => {
    const text = formatFamilies(await controller.metrics());
    return context.body(text, 200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
  });

  app.get("/-/live", (context) => context.text("pyroduct is alive.\n"));

  app.get("/-/ready", (context) =>
    controller.isReady
      ? context.text("pyroduct is ready.\n")
      : context.text("pyroduct is not ready: it is starting or about to stop.\n", 503),
  );

  app.get("/-/healthy", async (context) => {
    const unhealthy = await controller.unhealthy();
    if (unhealthy.length === 0) return context.text("All pyroduct components are healthy.\n");
    const lines = unhealthy.map(({ id, message }) => `${id}: ${message}\n`);
    return context.text(
      `unhealthy components: ${unhealthy.map(({ id }) => id).join(", ")}\n${lines.join("")}`,
      500,
    );
  });

  app.post("/-/reload", async (context) => {
    const result = await controller.reload();
    if (result.ok) return context.text("config reloaded\n");
    return context.text(
      `error during reload, the configuration in use stays:\n${result.problems.join("\n")}\n`,
      400,
    );
  });

  app.get("/-/config", (context) =>
    context.body(stringify(controller.config()), 200, { "Content-Type": "application/yaml; charset=utf-8" }),
  );

  app.post("/-/log-level", async (context) => {
    const level = context.req.query("level");
    if (!isLogLevel(level))
      return context.text(`the parameter level must be one of ${logLevels.join(", ")}\n`, 400);
    await controller.setLogLevel(level);
    return context.text(`log level is ${level}\n`);
  });

  app.get("/api/v0/web/components", async (context) => context.json(await controller.components()));
  const { clock, feed, samples, streams, worker } = services;
  app.route("/api/v0/status", statusRoutes(controller, clock.wall));
  app.route("/api/v0/flow", flowRoutes(feed, samples, streams));
  app.route("/api/v0/live", liveRoutes(controller, services));
  app.route("/api/v0/config", configRoutes(controller));
  app.route("/api/v0/profiles", profileRoutes(controller, worker));
  app.route("/api/v0/queues", queueRoutes(controller.queues));
  app.route("/api/v0/sample", sampleRoutes(controller, services));
  app.route("/api/v0/store", storeRoutes(controller, worker));
  app.route("/api/v0/support", supportRoutes(controller, services, log));
  app.onError((error, context) => {
    log.error("unexpected failure, please report it", { reason: error.stack ?? error.message });
    return context.text("internal error\n", 500);
  });
  app.route("/", pageRoutes());
  app.notFound((context) => context.text("404 page not found\n", 404));
  return app;
}

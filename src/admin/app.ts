import { Hono } from "hono";
import { stringify } from "yaml";
import type { Controller } from "../controller/controller.ts";
import { isLogLevel, logLevels } from "../telemetry/log.ts";
import { formatFamilies } from "../telemetry/metric_family.ts";
import { profileRoutes } from "./profile_routes.ts";

/** The admin server's routes: health, metrics, configuration, components and stored profiles. */
export function createAdminApp(controller: Controller): Hono {
  const app = new Hono();

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
  app.route("/api/v0/profiles", profileRoutes(controller));
  app.notFound((context) => context.text("404 page not found\n", 404));
  return app;
}

import { Hono } from "hono";
import type { EventStreams } from "./event_stream.ts";
import type { FlowFeed } from "./flow_feed.ts";
import type { MetricSamples } from "./metric_samples.ts";

/** The graph, its charts, and both as they change. */
export function flowRoutes(feed: FlowFeed, samples: MetricSamples, streams: EventStreams): Hono {
  const app = new Hono();

  app.get("/", async (context) => context.json(await feed.flow()));

  app.get("/metrics", (context) => context.json(samples.history(context.req.query("component"))));

  app.get("/events", (context) =>
    streams.open(context.req.raw, (stream) => {
      const ends = [
        feed.listen({
          changed: (flow) => {
            if (stream.isBehind) return false;
            stream.send("flow", flow);
            return true;
          },
          // Whoever is behind misses rates: the next ones are as good.
          rates: (rates) => {
            if (!stream.isBehind) stream.send("rates", rates);
          },
        }),
        samples.listen((point) => {
          if (!stream.isBehind) stream.send("metrics", JSON.stringify(point));
        }),
      ];
      return () => {
        for (const end of ends) end();
      };
    }),
  );

  return app;
}

import { Hono } from "hono";
import type { Controller } from "../controller/controller.ts";
import { failureAnswer } from "./answers.ts";
import { rawAnswer } from "./raw_answer.ts";
import { maxNodesOf, requiredQuery, selectionOf } from "./selection_query.ts";
import type { StoreWorker } from "./store/store_worker_client.ts";

/** Stored profiles together: what there is to choose from, and graphs of what was chosen. */
export function storeRoutes(controller: Controller, worker: StoreWorker): Hono {
  const app = new Hono();
  const stores = () => controller.observation.stores();

  app.get("/services", async (context) =>
    context.json(await worker.ask("services", await stores(), selectionOf(context))),
  );

  app.get("/types", async (context) =>
    context.json(await worker.ask("types", await stores(), selectionOf(context))),
  );

  app.get("/labels", async (context) =>
    context.json(await worker.ask("labelNames", await stores(), selectionOf(context))),
  );

  app.get("/label-values", async (context) => {
    const name = requiredQuery(context, "name");
    return context.json(await worker.ask("labelValues", await stores(), selectionOf(context), name));
  });

  app.get("/flamegraph", async (context) => {
    const type = requiredQuery(context, "type");
    const nodes = maxNodesOf(context);
    return context.json(await worker.ask("flameGraph", await stores(), selectionOf(context), type, nodes));
  });

  app.get("/diff", async (context) => {
    const type = requiredQuery(context, "type");
    const [left, right] = [selectionOf(context, "left_"), selectionOf(context, "right_")];
    const nodes = maxNodesOf(context);
    return context.json(await worker.ask("difference", await stores(), left, right, type, nodes));
  });

  app.get("/pprof", async (context) => {
    const type = requiredQuery(context, "type");
    const bytes = await worker.ask("pprof", await stores(), selectionOf(context), type);
    return rawAnswer({ bytes, fileName: "merged.pprof", contentType: "application/octet-stream" });
  });

  app.onError((thrown, context) => failureAnswer(context, thrown));
  return app;
}

import { Hono } from "hono";
import type { Controller } from "../controller/controller.ts";
import { failureAnswer, lineAnswer, wholeNumber } from "./answers.ts";
import { partAnswer, rawAnswer } from "./raw_answer.ts";
import { maxNodesOf, selectionOf } from "./selection_query.ts";
import type { StoreWorker } from "./store/store_worker_client.ts";

/** Profiles on one page where nothing is said, and at most. */
const defaultLimit = 100;
const maxLimit = 1000;

const gone = "there is no such profile";

/** Stored profiles, one by one: `GET /` lists them, the newest first; the others are of one. */
export function profileRoutes(controller: Controller, worker: StoreWorker): Hono {
  const app = new Hono();
  const stores = () => controller.observation.stores();

  app.get("/", async (context) => {
    const limit = wholeNumber(context, "limit", 1, maxLimit) ?? defaultLimit;
    const { type, cursor } = context.req.query();
    const query = { ...selectionOf(context), limit, type, cursor };
    return context.json(await worker.ask("page", await stores(), query));
  });

  app.get("/:id", async (context) => {
    const found = await controller.getProfile(context.req.param("id"));
    if (found === undefined) return lineAnswer(context, 404, gone);
    const { id, format, content_type, content_encoding } = found.profile;
    const extension = format === "" ? "bin" : format.replaceAll(/[^a-z0-9]/gi, "");
    return rawAnswer({
      bytes: found.body,
      fileName: `${id}.${extension}`,
      contentType: content_type === "" ? "application/octet-stream" : content_type,
      contentEncoding: content_encoding,
    });
  });

  app.get("/:id/raw", async (context) => {
    const id = context.req.param("id");
    const part = await worker.ask("storedPart", await stores(), id, context.req.query("part"));
    return part === undefined ? lineAnswer(context, 404, gone) : partAnswer(part, id);
  });

  app.get("/:id/parts", async (context) => {
    const parts = await worker.ask("storedParts", await stores(), context.req.param("id"));
    return parts === undefined ? lineAnswer(context, 404, gone) : context.json(parts);
  });

  app.get("/:id/flamegraph", async (context) => {
    const { type } = context.req.query();
    const id = context.req.param("id");
    const graph = await worker.ask("storedGraph", await stores(), id, type, maxNodesOf(context));
    return graph === undefined ? lineAnswer(context, 404, gone) : context.json(graph);
  });

  app.onError((thrown, context) => failureAnswer(context, thrown));
  return app;
}

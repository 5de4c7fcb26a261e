import { Hono } from "hono";
import type { Controller } from "../controller/controller.ts";
import type { StoredBody } from "../controller/shard.ts";

/** Profiles on one page where nothing is said, and at most. */
const defaultLimit = 100;
const maxLimit = 1000;

/** `GET /` lists the stored profiles, the newest first; `GET /{id}` is one of them, byte for byte. */
export function profileRoutes(controller: Controller): Hono {
  const app = new Hono();

  app.get("/", async (context) => {
    const limit = parseLimit(context.req.query("limit"));
    if (limit === undefined) return context.text(`limit must be a whole number from 1 to ${maxLimit}\n`, 400);
    return context.json({ profiles: await controller.listProfiles(limit) });
  });

  app.get("/:id", async (context) => {
    const found = await controller.getProfile(context.req.param("id"));
    return found === undefined ? context.text("there is no such profile\n", 404) : rawResponse(found);
  });

  return app;
}

function parseLimit(text: string | undefined): number | undefined {
  if (text === undefined) return defaultLimit;
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= maxLimit ? limit : undefined;
}

// A profile is a stranger's bytes: the browser must neither guess what they are nor show them.
function rawResponse({ profile, body }: StoredBody): Response {
  const extension = profile.format === "" ? "bin" : profile.format.replaceAll(/[^a-z0-9]/gi, "");
  const headers = new Headers({
    "Content-Type": profile.content_type === "" ? "application/octet-stream" : profile.content_type,
    "Content-Disposition": `attachment; filename="${profile.id}.${extension}"`,
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox",
  });
  if (profile.content_encoding !== "") headers.set("Content-Encoding", profile.content_encoding);
  return new Response(body as Uint8Array<ArrayBuffer>, { headers });
}

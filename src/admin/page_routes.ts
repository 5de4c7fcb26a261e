import { Hono } from "hono";
import { readPageFiles } from "./page_files.ts";
import { readSpeedscopeFile, speedscopePolicy } from "./speedscope_files.ts";
import { serveStaticFile } from "./static_file.ts";

/** The web page at `/`, and speedscope at `/speedscope/`, which asks for more than the policy that all else has. */
export function pageRoutes(): Hono {
  const app = new Hono();
  // Read at the first request: most processes never get one.
  let reading: ReturnType<typeof readPageFiles> | undefined;

  app.get("/speedscope", (context) => context.redirect("/speedscope/", 308));

  app.get("/speedscope/:name{[^/]*}", async (context) => {
    const file = await readSpeedscopeFile(context.req.param("name"));
    if (file === undefined) return context.notFound();
    return serveStaticFile(context.req.raw, file, { "Content-Security-Policy": speedscopePolicy });
  });

  app.get("/:name{[^/]*}", async (context, next) => {
    reading ??= readPageFiles();
    const file = (await reading).get(context.req.path);
    if (file === undefined) return next();
    return serveStaticFile(context.req.raw, file);
  });

  return app;
}

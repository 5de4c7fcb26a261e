import { Hono } from "hono";
import { readPageFiles } from "./page_files.ts";
import { readSpeedscopeFile, speedscopePolicy } from "./speedscope_files.ts";
import { serveStaticFile } from "./static_file.ts";

/** What the page may do: load what comes from here, and nothing else. Speedscope has a frame in it. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The web page at `/`, and speedscope at `/speedscope/`. */
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
    return serveStaticFile(context.req.raw, file, { "Content-Security-Policy": pagePolicy });
  });

  return app;
}

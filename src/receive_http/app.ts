import { Hono } from "hono";
import { textResponse } from "./serve.ts";

/** What Bun hands to the app with each request. */
interface Bindings {
  readonly server: Bun.Server<undefined>;
}

type Serve = (request: Request, server: Bun.Server<undefined>) => Promise<Response>;

/** What serves each of the receiver's routes. */
export interface Routes {
  readonly ingest: Serve;
  readonly push: Serve;
}

/** The receiver's routes, and how everything else is answered. */
export function createApp(routes: Routes): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>({ getPath });
  const posts: readonly (readonly [path: string, serve: Serve])[] = [
    ["/ingest", routes.ingest],
    ["/push.v1.PusherService/Push", routes.push],
  ];
  for (const [path, serve] of posts) {
    app.post(path, (context) => serve(context.req.raw, context.env.server));
    app.all(path, () => new Response(null, { status: 405, headers: { Allow: "POST" } }));
  }
  app.notFound(() => textResponse(404, "404 page not found"));
  return app;
}

/**
 * The path of a request, repeated slashes as one: SDKs that are given a base URL with a slash at its end send
 * `//ingest`.
 */
export function getPath(request: Request): string {
  const { url } = request;
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const question = url.indexOf("?", start);
  const path = question < 0 ? url.slice(start) : url.slice(start, question);
  return path.includes("//") ? path.replaceAll(/\/{2,}/g, "/") : path;
}

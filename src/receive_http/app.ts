import { Hono } from "hono";
import type { ServerFacts } from "../http/listener.ts";
import { type Route, uploadRoute } from "./metrics.ts";
import { textResponse } from "./serve.ts";

/** What Bun hands to the app with each request. */
interface Bindings {
  readonly server: ServerFacts;
}

/** Serves a request that came on one of the routes. */
type Serve = (route: Route, request: Request, server: ServerFacts) => Promise<Response>;

const debugInfo = "/debuginfo.v1alpha1.DebuginfoService";

/** Where each route is; all take POST alone. */
const paths: readonly (readonly [path: string, route: Route])[] = [
  ["/ingest", "ingest"],
  ["/push.v1.PusherService/Push", "push_v1_pusherservice"],
  [`${debugInfo}/ShouldInitiateUpload`, "debuginfo_v1alpha1_debuginfoservice_shouldinitiateupload"],
  [`${debugInfo}/UploadFinished`, "debuginfo_v1alpha1_debuginfoservice_uploadfinished"],
  [`${debugInfo}/Upload/:gnu_build_id`, uploadRoute],
];

/**
 * The receiver's routes, and how everything else is answered.
 *
 * @param onDefect told of what should never happen; the sender hears of it nothing but 500.
 */
export function createApp(serve: Serve, onDefect: (error: Error) => void): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>({ getPath });
  // In an app of their own: where two handlers match, Hono composes them for each request.
  const otherMethods = new Hono({ getPath });
  for (const [path, route] of paths) {
    app.post(path, (context) => serve(route, context.req.raw, context.env.server));
    otherMethods.all(path, () => new Response(null, { status: 405, headers: { Allow: "POST" } }));
  }
  otherMethods.notFound(() => textResponse(404, "404 page not found"));
  app.onError((error) => {
    onDefect(error);
    return textResponse(500, "internal error");
  });
  app.notFound((context) => otherMethods.fetch(context.req.raw));
  return app;
}

/**
 * The path of a request, repeated slashes as one: SDKs that are given a base URL with a slash at its end send
 * `//ingest`.
 */
export function getPath(request: Request): string {
  const { url } = request;
  // A request without a usable Host has a URL without one.
  const start = url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf("://") + 3);
  const question = url.indexOf("?", start);
  const path = question < 0 ? url.slice(start) : url.slice(start, question);
  return path.includes("//") ? path.replaceAll(/\/{2,}/g, "/") : path;
}

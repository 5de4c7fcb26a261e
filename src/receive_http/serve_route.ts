import { type ConnectCall, serveCall } from "./connect_call.ts";
import type { ConnectRouter } from "./connect_router.ts";
import { serveUpload } from "./debug_info_upload.ts";
import { serveIngest } from "./ingest.ts";
import { type Route, uploadRoute } from "./metrics.ts";
import { servePush, statedDeadlineMs } from "./push.ts";

/** Answers a request as its route has it. */
export function serveRoute(route: Route, call: ConnectCall, router: ConnectRouter): Promise<Response> {
  switch (route) {
    case "ingest":
      return serveIngest(call.exchange, call.parts);
    case "push_v1_pusherservice":
      return servePush(call.exchange, call.parts, router);
    case uploadRoute:
      return serveUpload(call);
    case "debuginfo_v1alpha1_debuginfoservice_shouldinitiateupload":
    case "debuginfo_v1alpha1_debuginfoservice_uploadfinished":
      return serveCall(call, (read) => router.serve(read, call));
  }
}

/** The deadline that a request states, in milliseconds; undefined where it states none, or its route knows none. */
export function deadlineOf(route: Route, headers: Headers): number | undefined {
  return isCallRoute(route) ? statedDeadlineMs(headers) : undefined;
}

/** Whether the route is that of a call in Connect's terms. */
export function isCallRoute(route: Route): boolean {
  return route !== "ingest" && route !== uploadRoute;
}

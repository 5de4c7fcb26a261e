import type { IngestProfile, PushProfile, Series } from "../../src/profile/profile.ts";
import type { RequestContext } from "../../src/profile/request_context.ts";

/** A profile of /ingest with these labels. */
export function ingestProfile(
  labels: Readonly<Record<string, string>> = { __name__: "app", service_name: "app" },
  more: Partial<IngestProfile> = {},
): IngestProfile {
  return {
    kind: "ingest",
    labels: new Map(Object.entries(labels)),
    query: "",
    contentType: undefined,
    contentEncoding: undefined,
    body: new Uint8Array([1, 2, 3]),
    ...more,
  };
}

/** A series with one sample. */
export function series(labels: Readonly<Record<string, string>>, more: Partial<Series> = {}): Series {
  return {
    labels: new Map(Object.entries(labels)),
    samples: [{ id: "", rawProfile: new Uint8Array([1, 2, 3]) }],
    annotations: [],
    ...more,
  };
}

/** A profile of Push with a series for each of these label sets. */
export function pushProfile(...labels: readonly Readonly<Record<string, string>>[]): PushProfile {
  return { kind: "push", series: labels.map((one) => series(one)) };
}

/** A request of a sender who stays, with a deadline ten seconds from the clock's beginning. */
export function requestContext(more: Partial<RequestContext> = {}): RequestContext {
  return {
    deadlineAt: 10_000,
    canceled: undefined,
    isSenderGone: () => false,
    clientAddress: () => "192.0.2.7",
    forwardedHeaders: new Map(),
    trace: { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", isSampled: true },
    ...more,
  };
}

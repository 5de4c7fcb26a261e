import type { Doors, GrpcClient, Way } from "./clients.ts";
import { type PushCase, pushCases } from "./push_cases.ts";

/** One case in one way. */
export interface PlannedCall {
  /** Unlike that of any other, with the case's name at its end; the caller sends it along. */
  readonly id: string;
  readonly way: Way;
  readonly case: PushCase;
}

/** What a client program says of one call. */
export interface CallResult {
  readonly id: string;
  /** In Connect's words, `ok` on success. */
  readonly code: string;
  readonly message: string;
  readonly tookMs: number;
}

/** Files that a client program reads besides its plan. */
export interface PlanFiles {
  /** PEM of the authority that signed pyroduct's certificate. */
  readonly caFile: string;
  /** A google.protobuf.FileDescriptorSet with push.v1. */
  readonly descriptorFile: string;
}

/** Every case that a way of calling can tell, in every way that a client has. */
export function plannedCalls(client: GrpcClient, doors: Doors): PlannedCall[] {
  return client.ways(doors).flatMap((way) => {
    const cases = pushCases.filter(({ isCutShort }) => way.http === "2" || !isCutShort);
    return cases.map((one) => ({ id: `${client.name}, ${describeWay(way)}, ${one.name}`, way, case: one }));
  });
}

/** The case that a call's ID tells of. */
export function caseOf(id: string): PushCase | undefined {
  return pushCases.find(({ name }) => id.endsWith(`, ${name}`));
}

/** The calls in the form that client programs read. */
export function encodePlan(calls: readonly PlannedCall[], files: PlanFiles): string {
  const ways = Map.groupBy(calls, ({ way }) => way);
  return JSON.stringify({
    ...files,
    ways: [...ways].map(([way, ofWay]) => ({ ...way, calls: ofWay.map(encodeCall) })),
  });
}

/** A way in a few words. */
export function describeWay({ library, http, url }: Way): string {
  return `${library} over HTTP/${http}${url.startsWith("https:") ? " with TLS" : ""}`;
}

function encodeCall({ id, case: { labels, profile, gzip, timeoutMs, times } }: PlannedCall): object {
  return { id, labels, profile: Buffer.from(profile).toString("base64"), gzip, timeoutMs, times };
}

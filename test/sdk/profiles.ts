import { fromBinary } from "@bufbuild/protobuf";
import { PushRequestSchema, type RawProfileSeries } from "../../src/gen/push/v1/push_pb.ts";
import {
  deliveredSeriesLabels,
  expectedIngestName,
  expectedSeriesLabels,
  type Label,
} from "./expected_labels.ts";
import type { RecordedRequest } from "./recorded_request.ts";

const INGEST = "/ingest";
const PUSH = "/push.v1.PusherService/Push";

/** One profile in a form that can be compared: an /ingest request, or a sample of a pushed series. */
export interface Profile {
  /** /ingest: the `name` parameter; Push: the series' labels. */
  readonly labels: string;
  /**
   * What else must arrive unchanged: parameters and content headers of /ingest; ID and annotations of Push.
   */
  readonly rest: string;
  /** Length and SHA-256 of the body or of raw_profile. */
  readonly bytes: string;
}

interface LabelRules {
  readonly name: (name: string) => string;
  readonly series: (labels: readonly Label[]) => Label[];
}

function fingerprint(bytes: Uint8Array): string {
  return `${bytes.length} bytes, sha256 ${new Bun.CryptoHasher("sha256").update(bytes).digest("hex")}`;
}

function ingestProfile(request: RecordedRequest, query: URLSearchParams, rules: LabelRules): Profile {
  const names = query.getAll("name");
  const [name] = names;
  if (name === undefined || names.length > 1) throw new Error(`${names.length} name parameters`);
  const others: string[] = [];
  query.forEach((value, key) => {
    if (key !== "name") others.push(`${key}=${value}`);
  });
  const contentHeaders = ["content-type", "content-encoding"].map(
    (header) => `${header}: ${request.headers.get(header) ?? "(none)"}`,
  );
  return {
    labels: rules.name(name),
    rest: [...others.sort(), ...contentHeaders].join(" "),
    bytes: fingerprint(request.body),
  };
}

function seriesProfiles(series: RawProfileSeries, rules: LabelRules): Profile[] {
  const labels = rules.series(series.labels.map(({ name, value }): Label => [name, value]));
  const annotations = series.annotations.map(({ key, value }) => [key, value]);
  return series.samples.map((sample) => ({
    labels: labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(" "),
    rest: JSON.stringify({ id: sample.ID, annotations }),
    bytes: fingerprint(sample.rawProfile),
  }));
}

function pushProfiles(request: RecordedRequest, rules: LabelRules): Profile[] {
  const contentType = request.headers.get("content-type");
  if (contentType !== "application/proto") throw new Error(`Push with content type ${contentType}`);
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding !== "gzip" && encoding !== "identity")
    throw new Error(`Push with content encoding ${encoding}`);
  const message = encoding === "gzip" ? Bun.gunzipSync(new Uint8Array(request.body)) : request.body;
  return fromBinary(PushRequestSchema, message).series.flatMap((series) => seriesProfiles(series, rules));
}

function profilesOf(request: RecordedRequest, path: string, query: string, rules: LabelRules): Profile[] {
  if (request.method !== "POST") throw new Error(`${request.method} ${request.target}`);
  if (path === INGEST) return [ingestProfile(request, new URLSearchParams(query), rules)];
  if (path === PUSH) return pushProfiles(request, rules);
  throw new Error(`no known path: ${request.target}`);
}

function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf("?");
  return mark < 0
    ? { path: target, query: "" }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** Whether a request went to /ingest, with however many slashes. */
export function isIngest(request: RecordedRequest): boolean {
  return splitTarget(request.target).path.replace(/\/+/g, "/") === INGEST;
}

/** The path of a request as it was on the wire. */
export function wirePath(request: RecordedRequest): string {
  return splitTarget(request.target).path;
}

/**
 * The profiles that a destination must get for a request of an SDK. Throws where the SDK sent something
 * unknown.
 */
export function expectedProfiles(request: RecordedRequest): Profile[] {
  const { path, query } = splitTarget(request.target);
  const rules = { name: expectedIngestName, series: expectedSeriesLabels };
  return profilesOf(request, path.replace(/\/+/g, "/"), query, rules);
}

/** The profiles in a request that came to a destination. Throws where pyroduct must not have sent it so. */
export function deliveredProfiles(request: RecordedRequest): Profile[] {
  const { path, query } = splitTarget(request.target);
  const rules = { name: (name: string) => name, series: deliveredSeriesLabels };
  return profilesOf(request, path, query, rules);
}

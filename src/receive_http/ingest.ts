import { CodedError } from "../base/failure.ts";
import { readBody } from "../http/read_body.ts";
import { describeOutcome, ingestStatus } from "../profile/failure_report.ts";
import type { IngestProfile } from "../profile/profile.ts";
import { AppNameCache } from "./app_name_cache.ts";
import type { Exchange } from "./exchange.ts";
import { parseIngestQuery } from "./ingest_query.ts";
import {
  type BodyProblem,
  bodyRefusals,
  planDelivery,
  releaseBytes,
  type ServeParts,
  textResponse,
} from "./serve.ts";

/** Serves POST /ingest: the body goes through as it is, only the labels in `name` are read. */
export async function serveIngest(exchange: Exchange, parts: ServeParts): Promise<Response> {
  const { request, held } = exchange;
  const limits = { maxBytes: parts.maxBodyBytes, timeoutMs: parts.readTimeoutMs, held, clock: parts.clock };
  const read = await readBody(request, limits);
  if (read.type !== "body") return refuseBody(read.type, parts);
  parts.onBody(read.bytes.byteLength);
  try {
    const profile = profileOf(request, read.bytes);
    const plan = planDelivery(profile, parts, exchange);
    const outcome = await plan.send();
    releaseBytes(plan, read.bytes);
    const status = ingestStatus(outcome);
    if (status === undefined) {
      parts.onAnswer(0);
      return new Response(null);
    }
    parts.onFailed(describeOutcome(outcome));
    const { STATUS_CODES } = await import("node:http");
    return textResponse(status, STATUS_CODES[status] ?? `status ${status}`);
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    parts.onRefused("invalid", thrown.message);
    return textResponse(400, thrown.message);
  }
}

const names = new AppNameCache();

/** @throws CodedError `invalid_argument` where the name is missing or can't be read. */
function profileOf(request: Request, body: Uint8Array): IngestProfile {
  const { url, headers } = request;
  const question = url.indexOf("?");
  const query = parseIngestQuery(question < 0 ? "" : url.slice(question + 1));
  if (query.name === undefined)
    throw new CodedError("invalid_argument", "the query has no name=app{key=value}");
  const named = names.labelsOf(query.name);
  if (!named.ok) throw new CodedError("invalid_argument", named.problem);
  return {
    kind: "ingest",
    labels: named.labels,
    query: query.rest,
    contentType: headers.get("content-type") ?? undefined,
    contentEncoding: headers.get("content-encoding") ?? undefined,
    body,
  };
}

function refuseBody(reason: BodyProblem, parts: ServeParts): Response {
  const { status, text, headers } = bodyRefusals[reason];
  parts.onRefused(reason, text);
  return textResponse(status, text, headers);
}

import * as v from "valibot";
import {
  block,
  blockList,
  documented,
  duration,
  filledText,
  flag,
  integer,
  list,
  mapping,
  secretText,
  text,
} from "../component/arguments.ts";
import { queueSchema } from "./queue/schema.ts";
import {
  authorization,
  basicAuth,
  hasCredentials,
  httpUrl,
  oauth2,
  proxyArguments,
  tlsConfig,
} from "./transport_schema.ts";

const url = httpUrl("http://pyroscope:4040", (parsed) => {
  if (hasCredentials(parsed)) return "must not hold credentials: use basic_auth";
  return parsed.search === "" && parsed.hash === "" ? undefined : "must not hold a query or a fragment";
});

const endpoint = block({
  url: documented(
    url,
    "Base URL of the destination; its path comes before /ingest and /push.v1.PusherService/Push.",
  ),
  name: documented(v.optional(filledText()), "Name in metrics and logs instead of the URL."),
  remote_timeout: documented(v.optional(duration(1), "10s"), "How long one attempt may take at most."),
  debug_info_upload_timeout: documented(
    v.optional(duration(1), "2m"),
    "How long an upload of debug information may take; the receiver has a limit of its own.",
  ),
  headers: documented(v.optional(mapping(text()), {}), "Headers set on every request."),
  http_headers: documented(
    v.optional(mapping(list(secretText())), {}),
    "Headers added to every request; values are secrets.",
  ),
  min_backoff_period: documented(v.optional(duration(), "500ms"), "First wait between attempts."),
  max_backoff_period: documented(v.optional(duration(), "5m"), "Longest wait between attempts."),
  max_backoff_retries: documented(v.optional(integer(0), 10), "Attempts in total; 0 for no limit."),
  retry_on_http_429: documented(
    v.optional(flag(), true),
    "Whether 429 and resource_exhausted are tried again.",
  ),
  bearer_token: documented(v.optional(secretText()), "Token sent as Authorization: Bearer."),
  bearer_token_file: documented(
    v.optional(filledText()),
    "File that holds the token, read again when it changes.",
  ),
  basic_auth: documented(v.optional(basicAuth), "User name and password for the destination."),
  authorization: documented(v.optional(authorization), "Authorization header of any other scheme."),
  oauth2: documented(v.optional(oauth2), "Tokens from an OAuth 2 server, sent as Authorization: Bearer."),
  tls_config: documented(v.optional(tlsConfig), "TLS towards the destination."),
  enable_http2: documented(
    v.optional(flag(), true),
    "Whether HTTP/2 is used where the destination speaks it; over TLS only, and not through a proxy.",
  ),
  follow_redirects: documented(
    v.optional(flag(), true),
    "Whether redirects within the same host are followed, as the same POST.",
  ),
  ...proxyArguments,
  max_in_flight: documented(
    v.optional(integer(1), 256),
    "Requests under way at once; further ones wait until their deadline.",
  ),
  queue: documented(
    v.optional(queueSchema),
    "Where present, a profile counts as delivered once it is queued, and is sent until the destination takes it.",
  ),
});

/** The arguments of pyroscope.write. */
export const writeSchema = block({
  endpoint: documented(
    v.pipe(blockList(endpoint), v.minLength(1, "must hold at least one endpoint")),
    "Destinations; each gets every profile.",
  ),
  external_labels: documented(
    v.optional(mapping(text()), {}),
    "Labels set on every profile; an empty value removes the label.",
  ),
  tracing: documented(
    v.optional(
      block({
        jaeger_propagator: documented(
          v.optional(flag(), true),
          "Whether uber-trace-id goes out with each request.",
        ),
        trace_context_propagator: documented(
          v.optional(flag(), true),
          "Whether traceparent goes out with each request.",
        ),
      }),
      {},
    ),
    "Which headers continue the sender's trace.",
  ),
});

/** The arguments of pyroscope.write, with defaults filled in; durations in milliseconds. */
export type WriteArguments = v.InferOutput<typeof writeSchema>;

/** One destination of pyroscope.write. */
export type EndpointArguments = WriteArguments["endpoint"][number];

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

const basicAuth = block({
  username: documented(v.optional(text(), ""), "User name."),
  password: documented(v.optional(secretText()), "Password; not together with password_file."),
  password_file: documented(
    v.optional(filledText()),
    "File that holds the password, read again when it changes.",
  ),
});

const authorization = block({
  type: documented(v.optional(filledText(), "Bearer"), "Scheme in front of the credentials; not Basic."),
  credentials: documented(v.optional(secretText()), "Credentials; not together with credentials_file."),
  credentials_file: documented(
    v.optional(filledText()),
    "File that holds the credentials, read again when it changes.",
  ),
});

const tlsConfig = block({
  ca_pem: documented(v.optional(text()), "PEM of the authorities to trust instead of the system's."),
  ca_file: documented(
    v.optional(filledText()),
    "File with the authorities to trust instead of the system's.",
  ),
  cert_pem: documented(v.optional(text()), "PEM of the client certificate; needs the key."),
  cert_file: documented(v.optional(filledText()), "File with the client certificate; needs the key."),
  key_pem: documented(v.optional(secretText()), "PEM of the client certificate's key."),
  key_file: documented(v.optional(filledText()), "File with the client certificate's key."),
  insecure_skip_verify: documented(v.optional(flag(), false), "Accepts any certificate of the server."),
  server_name: documented(v.optional(filledText()), "Name to verify the server's certificate against."),
});

const url = v.pipe(
  v.string("expected an http or https URL"),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const problem = urlProblem(dataset.value);
    if (problem === undefined) return dataset.value;
    addIssue({ message: problem });
    return NEVER;
  }),
);

function urlProblem(value: string): string | undefined {
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  if (parsed === undefined || !["http:", "https:"].includes(parsed.protocol)) {
    return "expected an http or https URL such as http://pyroscope:4040";
  }
  if (parsed.username !== "" || parsed.password !== "") {
    return "must not hold credentials: use basic_auth";
  }
  if (parsed.search !== "" || parsed.hash !== "") return "must not hold a query or a fragment";
  return undefined;
}

const endpoint = block({
  url: documented(
    url,
    "Base URL of the destination; its path comes before /ingest and /push.v1.PusherService/Push.",
  ),
  name: documented(v.optional(filledText()), "Name in metrics and logs instead of the URL."),
  remote_timeout: documented(v.optional(duration(1), "10s"), "How long one attempt may take at most."),
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
  tls_config: documented(v.optional(tlsConfig), "TLS towards the destination."),
  follow_redirects: documented(
    v.optional(flag(), true),
    "Whether redirects within the same host are followed, as the same POST.",
  ),
  max_in_flight: documented(
    v.optional(integer(1), 256),
    "Requests under way at once; further ones wait until their deadline.",
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

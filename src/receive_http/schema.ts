import * as v from "valibot";
import {
  block,
  byteSize,
  documented,
  duration,
  forwardTo,
  integer,
  list,
  text,
} from "../component/arguments.ts";

const headerName = v.pipe(text(), v.regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, "expected the name of a header"));

const http = block({
  listen_address: documented(v.optional(text(), ""), "Host name or address to listen on; empty for all."),
  listen_port: documented(
    v.optional(integer(0, 65_535), 8080),
    "Port to listen on; 0 lets the system choose.",
  ),
  server_read_timeout: documented(v.optional(duration(1), "30s"), "How long a request may take to arrive."),
  server_write_timeout: documented(
    v.optional(duration(1), "30s"),
    "How long the answer may take; what is forwarded has a second less, unless the sender states a deadline.",
  ),
  server_idle_timeout: documented(
    v.optional(duration(1), "120s"),
    "How long an idle connection stays open; 255s at most.",
  ),
  max_body_size: documented(
    v.optional(byteSize(1), "64MiB"),
    "Largest body, as received and as decompressed.",
  ),
  max_in_flight_bytes: documented(
    v.optional(byteSize(1)),
    "Bytes of bodies held at once; default a quarter of the memory there is, at most 1GiB.",
  ),
});

/** The arguments of pyroscope.receive_http. */
export const receiveHttpSchema = block({
  http: documented(v.optional(http, {}), "The HTTP server."),
  forward_to: forwardTo(),
  forward_headers: documented(
    v.optional(list(headerName), []),
    "Request headers, such as X-Scope-OrgID, that go with each profile to every endpoint that does not set them itself.",
  ),
  graceful_shutdown_timeout: documented(
    v.optional(duration(), "30s"),
    "How long requests under way may take at the end.",
  ),
});

/** The arguments of pyroscope.receive_http, with defaults filled in; durations in milliseconds. */
export type ReceiveHttpArguments = v.InferOutput<typeof receiveHttpSchema>;

import * as v from "valibot";
import {
  block,
  byteSize,
  documented,
  duration,
  filledText,
  flag,
  forwardTo,
  ignored,
  integer,
  list,
  oneOf,
  secretText,
  text,
} from "../component/arguments.ts";
import {
  type ClientAuthType,
  cipherSuites,
  clientAuthTypes,
  type TlsVersion,
  tlsVersionNumbers,
} from "../http/server_tls.ts";

const headerName = v.pipe(text(), v.regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, "expected the name of a header"));

/**
 * Headers that belong to a connection (https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1), or say what the body
 * is or how long one attempt may take: those of the request that goes out are its own.
 */
const ownHeaders = new Set([
  ...["connection", "expect", "host", "http2-settings", "keep-alive", "proxy-authenticate", "te", "trailer"],
  ...["proxy-authorization", "proxy-connection", "transfer-encoding", "upgrade"],
  ...["content-encoding", "content-length", "content-type", "connect-content-encoding"],
  ...["connect-protocol-version", "connect-timeout-ms", "grpc-encoding", "grpc-timeout"],
]);

const forwardedName = v.pipe(
  headerName,
  v.check(
    (name) => !ownHeaders.has(name.toLowerCase()),
    "expected a header that may travel: this one is of the connection or of the body",
  ),
);

const tlsVersions = Object.keys(tlsVersionNumbers) as TlsVersion[];

const suites = v.pipe(
  text(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const names = dataset.value.split(",").map((name) => name.trim());
    const unknown = names.find((name) => name !== "" && !Object.hasOwn(cipherSuites, name));
    if (unknown === undefined) return names.filter((name) => name !== "");
    addIssue({ message: "expected names such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, with commas" });
    return NEVER;
  }),
);

const tls = block({
  cert_pem: documented(v.optional(filledText()), "PEM of the server's certificate."),
  cert_file: documented(
    v.optional(filledText()),
    "File with the server's certificate, read again when it changes.",
  ),
  key_pem: documented(v.optional(secretText()), "PEM of the certificate's key."),
  key_file: documented(
    v.optional(filledText()),
    "File with the certificate's key, read again when it changes.",
  ),
  client_ca: documented(
    v.optional(filledText()),
    "PEM of the authorities that client certificates are verified against.",
  ),
  client_ca_pem: documented(v.optional(filledText()), "The same as client_ca."),
  client_ca_file: documented(
    v.optional(filledText()),
    "File with the authorities, read again when it changes.",
  ),
  client_auth_type: documented(
    v.optional(oneOf<readonly ClientAuthType[]>(clientAuthTypes), "NoClientCert"),
    "What is asked of a client's certificate.",
  ),
  min_version: documented(
    v.optional(oneOf<readonly TlsVersion[]>(tlsVersions), "TLS12"),
    "Oldest TLS version that is spoken.",
  ),
  cipher_suites: documented(
    v.optional(suites, ""),
    "Cipher suites of TLS 1.2 and older by Go's names, with commas; default all that are safe.",
  ),
});

const auth = block({
  basic: documented(
    v.optional(
      block({
        htpasswd_file: documented(
          filledText(),
          "File with a user:hash in each line, as htpasswd -B makes it; read again when it changes.",
        ),
      }),
    ),
    "Users with passwords.",
  ),
  bearer_tokens_file: documented(
    v.optional(filledText()),
    "File with a token in each line; read again when it changes.",
  ),
});

const http2 = block({
  enabled: documented(v.optional(flag(), true), "Whether HTTP/2 is spoken, over TLS and in clear text."),
  max_handlers: ignored(v.optional(integer(0))),
  max_concurrent_streams: ignored(v.optional(integer(0))),
  max_decoder_header_table_size: ignored(v.optional(integer(0))),
  max_encoder_header_table_size: ignored(v.optional(integer(0))),
  max_read_frame_size: ignored(v.optional(integer(0))),
  permit_prohibited_ciphers: ignored(v.optional(flag())),
  idle_timeout: ignored(v.optional(duration())),
  read_idle_timeout: ignored(v.optional(duration())),
  ping_timeout: ignored(v.optional(duration())),
  write_byte_timeout: ignored(v.optional(duration())),
  max_upload_buffer_per_connection: ignored(v.optional(integer(0))),
  max_upload_buffer_per_stream: ignored(v.optional(integer(0))),
});

const grpc = block({
  listen_address: documented(
    v.optional(text()),
    "Where gRPC is listened for; default the http block's address.",
  ),
  listen_port: documented(v.optional(integer(0, 65_535)), "Its port; default the http block's and one."),
});

const http = block({
  listen_address: documented(v.optional(text(), ""), "Host name or address to listen on; empty for all."),
  listen_port: documented(
    v.optional(integer(0, 65_535), 8080),
    "Port to listen on; 0 lets the system choose.",
  ),
  conn_limit: documented(
    v.optional(integer(0), 16_384),
    "Connections at once; 0 for no limit. Beyond it idle ones close, and then requests get 503.",
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
  max_connection_age: documented(
    v.optional(duration(), "10m"),
    "Age, give or take a tenth, after which an answer closes its connection; 0s for never.",
  ),
  tls: documented(v.optional(tls), "TLS, for HTTP and for gRPC."),
  auth: documented(v.optional(auth), "Who may send; everybody where it is not given. Either kind will do."),
  http2: documented(v.optional(http2, {}), "HTTP/2."),
});

/** The arguments of pyroscope.receive_http. */
export const receiveHttpSchema = block({
  http: documented(v.optional(http, {}), "The HTTP server."),
  grpc: documented(v.optional(grpc), "Where present, gRPC is served too, on a port of its own."),
  forward_to: forwardTo(),
  forward_headers: documented(
    v.optional(list(forwardedName), []),
    "Request headers, such as X-Scope-OrgID, that go with each profile to every endpoint that does not set them itself.",
  ),
  debug_info_upload_timeout: documented(
    v.optional(duration(1), "2m"),
    "How long an upload of debug information may take; the endpoint has a limit of its own.",
  ),
  graceful_shutdown_timeout: documented(
    v.optional(duration(), "30s"),
    "How long requests under way may take at the end.",
  ),
});

/** The arguments of pyroscope.receive_http, with defaults filled in; durations in milliseconds. */
export type ReceiveHttpArguments = v.InferOutput<typeof receiveHttpSchema>;

/** The HTTP server of pyroscope.receive_http. */
export type HttpArguments = v.InferOutput<typeof http>;

/** Who may send to that server. */
export type AuthArguments = v.InferOutput<typeof auth>;

/** The TLS of that server. */
export type TlsArguments = v.InferOutput<typeof tls>;

import type { TestsOf } from "./tests_of.ts";

/** The tests of pyroscope.receive_http's arguments. */
export const receiveHttpTests: TestsOf = [
  [
    "connections/cost.load.ts",
    [["server_idle_timeout closes an idle connection, and not before", ["http.server_idle_timeout"]]],
  ],
  [
    "connections/lasting.ts",
    [["over IPv6 at a listener for all addresses", ["http", "http.listen_address"]]],
  ],
  [
    "reload/ports.test.ts",
    [["moves a receiver opens the new port and closes the old one", ["http.listen_port"]]],
  ],
  [
    "connections/limits.ts",
    [
      ["closes the longest idle connections first, and none below it", ["http.conn_limit"]],
      ["ends connections at about that age, each at its own time", ["http.max_connection_age"]],
    ],
  ],
  [
    "connections/slow_senders.ts",
    [["a sender that is slower than server_read_timeout is cut off", ["http.server_read_timeout"]]],
  ],
  ["receive_http/deadline.test.ts", [["its write timeout less a second", ["http.server_write_timeout"]]]],
  [
    "receive_http/ingest.test.ts",
    [
      ["that are too large are refused, and the connection closes", ["http.max_body_size"]],
      ["for which there is no room are asked to come again", ["http.max_in_flight_bytes"]],
    ],
  ],
  [
    "receiver_tls/protocols.ts",
    [
      ["HTTP/2 over TLS", ["http.tls", "http.tls.cert_pem", "http.tls.key_pem"]],
      ["HTTP/2 with the certificate in files", ["http.tls.cert_file", "http.tls.key_file"]],
      ["HTTP/2 with a client's certificate, and none without it", ["http.tls.client_ca"]],
      ["HTTP/2 where certificates are verified if given", ["http.tls.client_ca_pem"]],
    ],
  ],
  ["receiver_tls/renewal.test.ts", [["the authorities of clients", ["http.tls.client_ca_file"]]]],
  ["receiver_tls/client_auth.ts", [["the certificate of a client", ["http.tls.client_auth_type"]]]],
  [
    "receiver_tls/versions.ts",
    [
      ["%s, with and without Version before it", ["http.tls.min_version"]],
      ["those that are named are spoken alone", ["http.tls.cipher_suites"]],
    ],
  ],
  [
    "auth/receiver_auth.test.ts",
    [
      ["a user's", ["http.auth", "http.auth.basic", "http.auth.basic.htpasswd_file"]],
      ["a token", ["http.auth.bearer_tokens_file"]],
    ],
  ],
  [
    "arguments/wire_arguments.test.ts",
    [
      ["with enabled: false leaves HTTP/1.1 alone", ["http.http2", "http.http2.enabled"]],
      [
        "takes Alloy's tuning and tells that it has no meaning",
        [
          "http.http2.max_handlers",
          "http.http2.max_concurrent_streams",
          "http.http2.max_decoder_header_table_size",
          "http.http2.max_encoder_header_table_size",
          "http.http2.max_read_frame_size",
          "http.http2.permit_prohibited_ciphers",
          "http.http2.idle_timeout",
          "http.http2.read_idle_timeout",
          "http.http2.ping_timeout",
          "http.http2.write_byte_timeout",
          "http.http2.max_upload_buffer_per_connection",
          "http.http2.max_upload_buffer_per_stream",
        ],
      ],
      ["listens at the next port of the same address where it says nothing", ["grpc"]],
      ["listens where listen_address and listen_port say", ["grpc.listen_address", "grpc.listen_port"]],
      ["bounds the end where a destination hangs", ["graceful_shutdown_timeout"]],
    ],
  ],
  [
    "auth/forward_headers.test.ts",
    [
      [
        "a sender's header goes to every endpoint that does not set it itself, relabelled or not",
        ["forward_headers"],
      ],
    ],
  ],
  ["graph/reload.test.ts", [["no request fails while configurations change under load", ["forward_to"]]]],
  ["debuginfo/uploads.test.ts", [["receiver's", ["debug_info_upload_timeout"]]]],
];

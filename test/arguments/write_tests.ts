import type { TestsOf } from "./tests_of.ts";

/** The tests of pyroscope.write's arguments. */
export const writeTests: TestsOf = [
  [
    "write/component.test.ts",
    [
      [
        "every endpoint gets the profile, with external labels",
        ["endpoint", "endpoint.url", "external_labels"],
      ],
    ],
  ],
  [
    "write/endpoint_target.test.ts",
    [
      ["it is called by its name, else by its URL", ["endpoint.name"]],
      ["the endpoint's user agent replaces that", ["endpoint.headers"]],
      ["added headers come besides", ["endpoint.http_headers"]],
      ["a bearer token", ["endpoint.bearer_token"]],
      [
        "a user and a password",
        ["endpoint.basic_auth", "endpoint.basic_auth.username", "endpoint.basic_auth.password"],
      ],
      [
        "another scheme",
        ["endpoint.authorization", "endpoint.authorization.type", "endpoint.authorization.credentials"],
      ],
    ],
  ],
  [
    "write/endpoint_retry.test.ts",
    [
      ["is remote_timeout, or what is left of the deadline where that is less", ["endpoint.remote_timeout"]],
      [
        "waits longer each time, between the bounds",
        ["endpoint.min_backoff_period", "endpoint.max_backoff_period"],
      ],
      ["comes until there were %d, which the failure tells", ["endpoint.max_backoff_retries"]],
      ["comes after a rate limit only where that is asked for", ["endpoint.retry_on_http_429"]],
    ],
  ],
  [
    "write/endpoint_slots.test.ts",
    [
      [
        "no more than max_in_flight requests are under way, first come, first served",
        ["endpoint.max_in_flight"],
      ],
    ],
  ],
  [
    "write/queue/queued_delivery.test.ts",
    [
      [
        "a profile has arrived once it is queued, and is delivered",
        ["endpoint.queue", "endpoint.queue.type"],
      ],
      ["a full queue says so to the sender", ["endpoint.queue.max_bytes"]],
      ["a full queue may drop its oldest instead, and counts them", ["endpoint.queue.on_full"]],
      ["health turns when the oldest has waited too long", ["endpoint.queue.unhealthy_after"]],
    ],
  ],
  [
    "write/queue/queue_pump.test.ts",
    [
      ["is dropped where it is too old, and never sent", ["endpoint.queue.max_age"]],
      ["is sent by so many requests at a time, whatever comes just now", ["endpoint.queue.concurrency"]],
      ["is sent at the rate that it may be", ["endpoint.queue.drain_rate"]],
    ],
  ],
  [
    "write/queue/ledger_store.test.ts",
    [
      [
        "dead letters keep to the bounds of the arguments",
        [
          "endpoint.queue.dead_letters",
          "endpoint.queue.dead_letters.max_bytes",
          "endpoint.queue.dead_letters.max_age",
        ],
      ],
    ],
  ],
  [
    "config/queue_rules.test.ts",
    [
      [
        "of type jetstream names its servers, and may say how they are reached",
        [
          "endpoint.queue.servers",
          "endpoint.queue.tls_config.insecure_skip_verify",
          "endpoint.queue.tls_config.min_version",
          "endpoint.queue.tls_config.server_name",
        ],
      ],
      [
        "of type jetstream can't have %s",
        [
          "endpoint.queue.tls_config.ca_pem",
          "endpoint.queue.tls_config.cert_pem",
          "endpoint.queue.tls_config.key_pem",
        ],
      ],
    ],
  ],
  [
    "jetstream/delivery.tools.ts",
    [
      ["a full queue says so to the sender, or drops its oldest and counts them", ["endpoint.queue.stream"]],
      ["of three servers one may be killed", ["endpoint.queue.replicas"]],
    ],
  ],
  [
    "jetstream/access.tools.ts",
    [
      ["a token gets it", ["endpoint.queue.token"]],
      ["a user and a password gets them", ["endpoint.queue.username", "endpoint.queue.password"]],
      ["credentials gets those of the file, new ones too", ["endpoint.queue.credentials_file"]],
      [
        "TLS and a client's certificate gets both",
        [
          "endpoint.queue.tls_config",
          "endpoint.queue.tls_config.ca_file",
          "endpoint.queue.tls_config.cert_file",
          "endpoint.queue.tls_config.key_file",
        ],
      ],
    ],
  ],
  ["debuginfo/uploads.test.ts", [["endpoint's", ["endpoint.debug_info_upload_timeout"]]]],
  [
    "transport/credentials.test.ts",
    [
      ["bearer_token_file", ["endpoint.bearer_token_file"]],
      ["password_file", ["endpoint.basic_auth.password_file"]],
      ["credentials_file", ["endpoint.authorization.credentials_file"]],
      ["is the answer with follow_redirects: false", ["endpoint.follow_redirects"]],
    ],
  ],
  [
    "transport/oauth2.test.ts",
    [
      [
        "is asked for once and sent with every profile",
        [
          "endpoint.oauth2",
          "endpoint.oauth2.token_url",
          "endpoint.oauth2.scopes",
          "endpoint.oauth2.endpoint_params",
        ],
      ],
      ["goes in the header, escaped", ["endpoint.oauth2.client_id", "endpoint.oauth2.client_secret"]],
      ["in a file is read again when it changes", ["endpoint.oauth2.client_secret_file"]],
      [
        "has its own TLS and proxy",
        ["endpoint.oauth2.tls_config", "endpoint.oauth2.tls_config.ca_pem", "endpoint.oauth2.proxy_url"],
      ],
    ],
  ],
  [
    "arguments/token_request.test.ts",
    [
      ["ca_file", ["endpoint.oauth2.tls_config.ca_file"]],
      [
        "a client certificate in PEM",
        ["endpoint.oauth2.tls_config.cert_pem", "endpoint.oauth2.tls_config.key_pem"],
      ],
      [
        "a client certificate in files",
        ["endpoint.oauth2.tls_config.cert_file", "endpoint.oauth2.tls_config.key_file"],
      ],
      ["insecure_skip_verify", ["endpoint.oauth2.tls_config.insecure_skip_verify"]],
      ["an older TLS than min_version", ["endpoint.oauth2.tls_config.min_version"]],
      ["server_name", ["endpoint.oauth2.tls_config.server_name"]],
      ["no proxy where no_proxy says so", ["endpoint.oauth2.no_proxy"]],
      [
        "the environment's proxy where proxy_from_environment says so",
        ["endpoint.oauth2.proxy_from_environment"],
      ],
      ["a proxy with proxy_connect_header", ["endpoint.oauth2.proxy_connect_header"]],
    ],
  ],
  [
    "transport/tls.test.ts",
    [
      [
        "of an authority %s is accepted",
        ["endpoint.tls_config", "endpoint.tls_config.ca_pem", "endpoint.tls_config.ca_file"],
      ],
      ["that the server trusts is taken", ["endpoint.tls_config.cert_pem", "endpoint.tls_config.key_pem"]],
      [
        "with certificate and key are used together, and not before both have changed",
        ["endpoint.tls_config.cert_file", "endpoint.tls_config.key_file"],
      ],
      ["may be any with insecure_skip_verify", ["endpoint.tls_config.insecure_skip_verify"]],
      ["%s refuses a server of %s", ["endpoint.tls_config.min_version"]],
      ["is verified against server_name where that is given", ["endpoint.tls_config.server_name"]],
    ],
  ],
  ["transport/http2.test.ts", [["enable_http2: false keeps to HTTP/1.1", ["endpoint.enable_http2"]]]],
  [
    "transport/proxy.test.ts",
    [
      [
        "is asked to CONNECT to an https destination, with its own headers and user",
        ["endpoint.proxy_url", "endpoint.proxy_connect_header"],
      ],
      ["that names the destination leads past the proxy", ["endpoint.no_proxy"]],
      ["in %s is used where it is asked for", ["endpoint.proxy_from_environment"]],
    ],
  ],
  [
    "arguments/wire_arguments.test.ts",
    [
      ["neither", ["tracing"]],
      ["without jaeger_propagator", ["tracing.jaeger_propagator"]],
      ["without trace_context_propagator", ["tracing.trace_context_propagator"]],
    ],
  ],
];

import { type ComponentDefinition, defineComponent, type ReportProblem } from "../component/definition.ts";
import { WriteComponent } from "./component.ts";
import { checkQueue, checkQueueNames, isStored } from "./queue/checks.ts";
import { WriteQueues } from "./queue/write_queues.ts";
import { type EndpointArguments, type WriteArguments, writeSchema } from "./schema.ts";
import { checkClientTls, checkHeader, checkOAuth2, checkProxy, checkSecret } from "./transport_checks.ts";

/** pyroscope.write: sends profiles to Pyroscope. */
export const writeDefinition: ComponentDefinition = defineComponent<WriteArguments, WriteQueues>({
  type: "pyroscope.write",
  description: "Sends profiles to Pyroscope, or to anything else that takes them.",
  schema: writeSchema,
  isReceiver: true,
  check: (args, report) => {
    args.endpoint.forEach((endpoint, index) => {
      checkEndpoint(endpoint, below(report, "endpoint", index));
    });
    checkQueueNames(args.endpoint, below(report, "endpoint"));
  },
  storesHeaders: (args) => args.endpoint.some(({ queue }) => queue !== undefined && isStored(queue)),
  share: (context) => new WriteQueues(context),
  build: (args, context, queues) => new WriteComponent(args, context, queues),
});

const authKeys = ["basic_auth", "bearer_token", "bearer_token_file", "authorization", "oauth2"] as const;

function checkEndpoint(endpoint: EndpointArguments, report: ReportProblem): void {
  const { basic_auth, authorization, oauth2, tls_config, queue } = endpoint;
  const [auth, another] = authKeys.filter((key) => endpoint[key] !== undefined);
  if (another !== undefined) {
    const fix = `keep one of ${auth} and ${another}; Grafana Cloud takes basic_auth`;
    report([another], `only one way to authenticate is possible, and ${auth} is given too`, fix);
  } else checkSecret(endpoint, "bearer_token", "bearer_token_file", report);
  if (endpoint.min_backoff_period > endpoint.max_backoff_period) {
    const fix = "make min_backoff_period shorter, or max_backoff_period longer";
    report(["min_backoff_period"], "must not be longer than max_backoff_period", fix);
  }
  if (basic_auth !== undefined) {
    checkSecret(basic_auth, "password", "password_file", below(report, "basic_auth"));
  }
  if (authorization !== undefined) checkAuthorization(authorization, below(report, "authorization"));
  if (oauth2 !== undefined) checkOAuth2(oauth2, below(report, "oauth2"));
  if (tls_config !== undefined) checkClientTls(tls_config, below(report, "tls_config"));
  if (queue !== undefined) checkQueue(queue, below(report, "queue"));
  checkProxy(endpoint, report);
  checkHeaders(endpoint, report);
}

function checkAuthorization(
  authorization: NonNullable<EndpointArguments["authorization"]>,
  report: ReportProblem,
): void {
  if (authorization.type.trim().toLowerCase() === "basic") {
    const fix = "write basic_auth: { username: …, password_file: … } in place of authorization";
    report(["type"], "must not be Basic: use basic_auth", fix);
  }
  checkSecret(authorization, "credentials", "credentials_file", report);
}

/** Headers that `http_headers` must not set, since it adds to what is there already; Alloy refuses them too. */
const reservedHeaders: ReadonlySet<string> = new Set([
  "authorization",
  "host",
  "content-encoding",
  "content-length",
  "content-type",
  "user-agent",
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "www-authenticate",
  "accept-encoding",
]);

function checkHeaders({ headers, http_headers }: EndpointArguments, report: ReportProblem): void {
  for (const [name, value] of Object.entries(headers)) checkHeader(name, [value], below(report, "headers"));
  for (const [name, values] of Object.entries(http_headers)) {
    const texts = values.map((value) => value.reveal());
    checkHeader(name, texts, below(report, "http_headers"));
    if (reservedHeaders.has(name.toLowerCase())) {
      const message = "can't be added: use headers, or the argument that is made for it";
      report(["http_headers", name], message, `write headers: { ${name}: … }, which sets it`);
    }
  }
}

function below(report: ReportProblem, ...prefix: (string | number)[]): ReportProblem {
  return (path, message, fix) => report([...prefix, ...path], message, fix);
}

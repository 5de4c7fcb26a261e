import { checkExclusive, checkFiles } from "../../../component/argument_checks.ts";
import type { ReportProblem } from "../../../component/definition.ts";
import { checkClientTls } from "../../transport_checks.ts";
import type { QueueArguments } from "../schema.ts";
import { streamPattern } from "./shared_names.ts";

/** A server: host and port, or a URL of nats or tls. IPv6 addresses stand in brackets. */
const serverPattern = /^(?:(?:nats|tls):\/\/)?(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?\/?$/;

const authPairs = [
  ["credentials_file", "token"],
  ["credentials_file", "username"],
  ["token", "username"],
] as const;

/** Checks the arguments that say how a shared queue is reached. */
export function checkSharedQueue(queue: QueueArguments, report: ReportProblem): void {
  const { servers, stream, username, password, tls_config: tls } = queue;
  if (servers === undefined) report(["servers"], "is required for the type jetstream");
  servers?.forEach((server, index) => {
    if (server.includes("@")) {
      report(
        ["servers", index],
        "must not hold credentials: use token, username and password, or credentials_file",
      );
    } else if (!serverPattern.test(server)) {
      report(
        ["servers", index],
        "expected a server such as nats.example.com:4222 or tls://nats.example.com:4222",
      );
    }
  });
  if (stream !== undefined && !streamPattern.test(stream)) {
    report(["stream"], "expected 1 to 64 letters, digits, underscores and dashes");
  }
  checkExclusive({ ...queue }, authPairs, report);
  checkFiles({ ...queue }, ["credentials_file"], report);
  if ((username === undefined) !== (password === undefined)) {
    report(
      [username === undefined ? "password" : "username"],
      "username and password must be given together",
    );
  }
  if (tls !== undefined) checkClientTls(tls, (path, message) => report(["tls_config", ...path], message));
}

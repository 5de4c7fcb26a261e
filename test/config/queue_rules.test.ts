import { describe, expect, test } from "bun:test";
import { problemsOf } from "./loaded.ts";

/** A configuration with a relabelling on the way to a queue. */
function forwarding(header: string, queue: string): string {
  return `pyroscope.receive_http:
  r:
    forward_headers: [X-Scope-OrgID, ${header}]
    forward_to: [pyroscope.relabel.a.receiver]
pyroscope.relabel: {a: {forward_to: [pyroscope.write.w.receiver]}}
pyroscope.write: {w: {endpoint: {url: http://a${queue}}}}`;
}

describe("headers with credentials", () => {
  test.each(["Authorization", "cookie"])("%s must not lie on a disk", (header) => {
    expect(problemsOf(forwarding(header, ", queue: {type: disk}"))).toEqual([
      "f:3:38: pyroscope.receive_http.r.forward_headers[1]: holds credentials, and pyroscope.write.w would write them into its queue: use type memory there, or forward another header",
    ]);
  });

  test.each([
    ["a queue in memory", "Authorization", ", queue: {type: memory}"],
    ["no queue", "Authorization", ""],
    ["another header", "X-Other", ", queue: {type: disk}"],
  ])("may go with %s", (_, header, queue) => {
    expect(problemsOf(forwarding(header, queue))).toEqual([]);
  });

  test("may go beside a disk that they do not reach", () => {
    const text = `pyroscope.receive_http: {r: {forward_headers: [Cookie], forward_to: [pyroscope.write.a.receiver]}}
pyroscope.write: {a: {endpoint: {url: http://a}}, b: {endpoint: {url: http://b, queue: {type: disk}}}}`;
    expect(problemsOf(text)).toEqual([]);
  });
});

describe("a queue", () => {
  const queue = (text: string) =>
    problemsOf(`pyroscope.write: {w: {endpoint: {url: http://a, queue: ${text}}}}`);

  test("needs a type", () => {
    expect(queue("{}")).toEqual(["f:1:49: pyroscope.write.w.endpoint.queue.type: is required"]);
  });

  test("of type jetstream is for another build", () => {
    const tls =
      "{ca_pem: c, ca_file: f, cert_pem: c, cert_file: f, key_pem: k, key_file: f, insecure_skip_verify: true, min_version: TLS13, server_name: n}";
    const all = `{type: jetstream, servers: [n], stream: s, replicas: 3, credentials_file: f, token: t, username: u, password: p, tls_config: ${tls}}`;
    expect(queue(all)).toEqual([
      "f:1:63: pyroscope.write.w.endpoint.queue.type: this build has no jetstream: use disk or memory",
    ]);
  });

  test.each([
    ["servers", "[n]"],
    ["stream", "s"],
    ["replicas", "3"],
    ["credentials_file", "f"],
    ["token", "t"],
    ["username", "u"],
    ["password", "p"],
    ["tls_config", "{}"],
  ])("of another type has no %s", (key, value) => {
    expect(queue(`{type: disk, ${key}: ${value}}`)).toEqual([
      expect.stringContaining(`queue.${key}: is for the type jetstream only`),
    ]);
  });

  test.each([
    [
      "drain_rate: 2MB/m",
      "drain_rate: expected a rate such as 2MB/s, or a number of bytes a second, at least 1",
    ],
    ["drain_rate: 0", "drain_rate: expected a rate such as 2MB/s, or a number of bytes a second, at least 1"],
    ["on_full: wait", "on_full: expected one of reject, drop_oldest"],
    ["concurrency: 0", "concurrency: expected a whole number from 1 to 1024"],
    ["max_age: 0s", "max_age: expected a duration of at least 1ms, such as 10s"],
    ["max_bytes: 0", "max_bytes: expected a size such as 64MiB, or a number of bytes, at least 1"],
    ["dead_letters: {max_age: 7d}", "dead_letters.max_age: expected a duration of at least 1ms, such as 10s"],
  ])("can't have %s", (text, problem) => {
    expect(queue(`{type: disk, ${text}}`)).toEqual([expect.stringContaining(problem)]);
  });

  test.each(["2MB/s", "2MB / s", "2MB", "2000000", "1.5MiB/s"])("may have a rate of %s", (rate) => {
    expect(queue(`{type: disk, drain_rate: ${rate}}`)).toEqual([]);
  });

  test("is told from another of the same component by the endpoint's name", () => {
    const endpoints = "[{url: http://a, queue: {type: disk}}, {url: http://a, queue: {type: memory}}]";
    expect(problemsOf(`pyroscope.write: {w: {endpoint: ${endpoints}}}`)).toEqual([
      "f:1:72: pyroscope.write.w.endpoint[1]: needs a name of its own, for its queue to be told from another's",
    ]);
  });
});

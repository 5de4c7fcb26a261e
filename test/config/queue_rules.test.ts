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

  test("of type jetstream names its servers, and may say how they are reached", () => {
    expect(queue("{type: jetstream}")).toEqual([
      "f:1:49: pyroscope.write.w.endpoint.queue.servers: is required for the type jetstream",
    ]);
    const servers = "[a:4222, nats://b:4222, 'tls://c.example.com', '[::1]:4222']";
    const all = `{type: jetstream, servers: ${servers}, stream: s-1_A, replicas: 3, username: u, password: p, tls_config: {insecure_skip_verify: true, min_version: TLS13, server_name: n}}`;
    expect(queue(all)).toEqual([]);
    expect(queue("{type: jetstream, servers: [a], token: t}")).toEqual([]);
  });

  test.each([
    ["servers: [a b]", "servers[0]: expected a server such as nats.example.com:4222"],
    ["servers: ['nats://u:hush@a']", "servers[0]: must not hold credentials"],
    ["servers: ['http://a']", "servers[0]: expected a server such as"],
    ["servers: [a], stream: a.b", "stream: expected 1 to 64 letters"],
    ["servers: [a], token: t, username: u, password: p", "username: excludes token"],
    ["servers: [a], credentials_file: /etc/hostname, token: t", "token: excludes credentials_file"],
    ["servers: [a], credentials_file: /nowhere", "credentials_file: the file can't be read"],
    ["servers: [a], username: u", "username: username and password must be given together"],
    ["servers: [a], tls_config: {cert_pem: c}", "tls_config: a client certificate and its key"],
    ["servers: [a], tls_config: {key_pem: k}", "tls_config: a client certificate and its key"],
    ["servers: [a], tls_config: {ca_pem: c}", "tls_config.ca_pem: "],
  ])("of type jetstream can't have %s", (text, problem) => {
    const problems = queue(`{type: jetstream, ${text}}`);
    expect(problems).toEqual([expect.stringContaining(problem)]);
    expect(problems.join()).not.toContain("hush");
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

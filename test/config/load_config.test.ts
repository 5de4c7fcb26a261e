import { describe, expect, test } from "bun:test";
import { componentsOf, endpointOf, problemsOf } from "./loaded.ts";

const write = "pyroscope.write: {a: {endpoint: {url: http://a}}}";

describe("a configuration with nothing wrong", () => {
  test("is its components, with whom they forward to", () => {
    const components = componentsOf(`
pyroscope.receive_http:
  default:
    forward_to: [pyroscope.write.a.receiver]
${write}`);
    expect(components).toEqual([
      {
        id: "pyroscope.receive_http.default",
        type: "pyroscope.receive_http",
        label: "default",
        source: { forward_to: ["pyroscope.write.a.receiver"] },
        forwardTo: ["pyroscope.write.a"],
      },
      {
        id: "pyroscope.write.a",
        type: "pyroscope.write",
        label: "a",
        source: { endpoint: [{ url: "http://a" }] },
        forwardTo: [],
      },
    ]);
  });

  test("may be JSON", () => {
    expect(componentsOf('{"pyroscope.write": {"a": {"endpoint": [{"url": "http://a"}]}}}')).toEqual(
      componentsOf(write),
    );
  });

  test.each<[string, (text: string) => string]>([
    ["with tabs", (text) => JSON.stringify(JSON.parse(text), null, "\t")],
    ["with Windows' line ends", (text) => JSON.stringify(JSON.parse(text), null, 2).replaceAll("\n", "\r\n")],
    ["with a byte order mark", (text) => `\ufeff${text}`],
    [
      "with escapes",
      (text) => text.replaceAll("/", "\\/").replace("ä", "\\u00e4").replace("🧀", "\\ud83e\\uddc0"),
    ],
  ])("may be JSON %s", (_, write) => {
    const text = JSON.stringify({
      "pyroscope.write": { a: { endpoint: [{ url: "http://a", name: "käse 🧀" }] } },
    });
    expect(endpointOf(write(text))).toEqual({ url: "http://a", name: "käse 🧀" });
  });

  test("may hold anchors and merges", () => {
    const merged = componentsOf(`
pyroscope.write:
  a: &base
    endpoint: {url: http://a}
  b:
    <<: *base
    external_labels: {x: "1"}
`);
    expect(merged.map(({ source }) => source)).toEqual([
      { endpoint: [{ url: "http://a" }] },
      { endpoint: [{ url: "http://a" }], external_labels: { x: "1" } },
    ]);
  });

  test("takes values of the environment in the types that are wanted", () => {
    const text = `
pyroscope.receive_http:
  r:
    http: {listen_port: "\${PORT}", listen_address: "\${HOST:-127.0.0.1}"}
    forward_to: ["pyroscope.write.\${TARGET}.receiver"]
${write}`;
    const [receiver] = componentsOf(text, { PORT: "4041", TARGET: "a" });
    expect(receiver?.source["http"]).toEqual({ listen_port: 4041, listen_address: "127.0.0.1" });
    expect(receiver?.forwardTo).toEqual(["pyroscope.write.a"]);
  });

  test("keeps a user name of digits and a literal dollar brace", () => {
    const endpoint = endpointOf(
      "pyroscope.write: {a: {endpoint: {url: http://a, name: 'x$${y}', basic_auth: {username: '${USER_ID}'}}}}",
      { USER_ID: "0042" },
    );
    expect(endpoint).toMatchObject({ name: "x${y}", basic_auth: { username: "0042" } });
  });
});

describe("mistakes and where they are", () => {
  test.each<[string, string]>([
    ["", "f:1:1: the configuration is empty: it needs at least a pyroscope.receive_http"],
    ["# nothing\n", "f:1:1: the configuration is empty: it needs at least a pyroscope.receive_http"],
    ["5", "f:1:1: expected a mapping"],
    ["pyroscope.wrlte: {}", 'f:1:1: pyroscope.wrlte: unknown key (did you mean "pyroscope.write"?)'],
    ["pyroscope.write: 5", "f:1:18: pyroscope.write: expected a mapping"],
    ["pyroscope.write:\n  a:\n", "f:2:5: pyroscope.write.a.endpoint: is required"],
    [
      "pyroscope.write: {a: {endpoint: []}}",
      "f:1:23: pyroscope.write.a.endpoint: must hold at least one endpoint",
    ],
    [
      "pyroscope.write:\n  a-b: {endpoint: {url: http://a}}",
      "f:2:3: pyroscope.write.a-b: a label may only hold letters, digits and _, and begins with no digit",
    ],
    ["pyroscope.write: {a: {endpoint: {}}}", "f:1:23: pyroscope.write.a.endpoint.url: is required"],
    [
      "pyroscope.write: {a: {endpoint: {url: ftp://a}}}",
      "f:1:39: pyroscope.write.a.endpoint.url: expected an http or https URL such as http://pyroscope:4040",
    ],
    [
      "pyroscope.write: {a: {endpoint: {url: http://u:p@a}}}",
      "f:1:39: pyroscope.write.a.endpoint.url: must not hold credentials: use basic_auth",
    ],
    [
      "pyroscope.write: {a: {endpoint: {url: 'http://a/?x'}}}",
      "f:1:39: pyroscope.write.a.endpoint.url: must not hold a query or a fragment",
    ],
    [
      "pyroscope.write:\n  a:\n    endpoint:\n      - url: http://a\n      - url: http://b\n        remote_timout: 1s\n",
      'f:6:9: pyroscope.write.a.endpoint[1].remote_timout: unknown key (did you mean "remote_timeout"?)',
    ],
    [
      "pyroscope.write: {a: {endpoint: {url: http://a, remote_timeout: 0s}}}",
      "f:1:65: pyroscope.write.a.endpoint.remote_timeout: expected a duration of at least 1ms, such as 10s",
    ],
    [
      "pyroscope.write: {a: {endpoint: {url: http://a, max_backoff_retries: -1}}}",
      "f:1:70: pyroscope.write.a.endpoint.max_backoff_retries: expected a whole number of at least 0",
    ],
    [
      "pyroscope.write: {a: {endpoint: {url: http://a, retry_on_http_429: 1}}}",
      "f:1:68: pyroscope.write.a.endpoint.retry_on_http_429: expected true or false",
    ],
    [
      "pyroscope.write: {a: {endpoint: {url: http://a, min_backoff_period: 10m}}}",
      "f:1:69: pyroscope.write.a.endpoint.min_backoff_period: must not be longer than max_backoff_period",
    ],
    [
      "pyroscope.write: {a: {endpoint: {url: http://a, basic_auth: {username: 5}}}}",
      "f:1:72: pyroscope.write.a.endpoint.basic_auth.username: expected a string: put it in quotes",
    ],
    [
      "pyroscope.write: {a: {endpoint: {url: http://a, name: }}}",
      "f:1:55: pyroscope.write.a.endpoint.name: has no value: expected a string: put it in quotes",
    ],
    [
      "pyroscope.write: {a: {endpoint: {url: '${NONE}'}}}",
      "f:1:39: pyroscope.write.a.endpoint.url: the environment variable NONE is not set: set it, or give a default with ${NONE:-…}",
    ],
    [
      `pyroscope.receive_http: {r: {http: {listen_port: 65536}, forward_to: [pyroscope.write.a.receiver]}}\n${write}`,
      "f:1:50: pyroscope.receive_http.r.http.listen_port: expected a whole number from 0 to 65535",
    ],
    [
      `pyroscope.receive_http: {r: {http: {max_body_size: big}, forward_to: [pyroscope.write.a.receiver]}}\n${write}`,
      "f:1:52: pyroscope.receive_http.r.http.max_body_size: expected a size such as 64MiB, or a number of bytes, at least 1",
    ],
    [
      "pyroscope.local_store: {a: {max_age: soon}}",
      "f:1:38: pyroscope.local_store.a.max_age: expected a duration of at least 1ms, such as 10s",
    ],
    ["__proto__: {a: 1}", "f:1:1: __proto__: can't be used as a name"],
  ])("%j", (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });
});

test("all problems are told at once, in the order of the file", () => {
  const text = `pyroscope.receive_http:
  r:
    http: {listen_port: x, listen_adress: a}
    forward_to: [pyroscope.write.b.receiver]
pyroscope.write:
  a:
    endpoint:
      - {url: nowhere, bearer_token: x, basic_auth: {username: 1}}
      - {url: "\${NONE}"}
pyroscope.nothing: {}
`;
  expect(problemsOf(text).map((problem) => problem.split(": ", 2).join(": "))).toEqual([
    "f:3:25: pyroscope.receive_http.r.http.listen_port",
    "f:3:28: pyroscope.receive_http.r.http.listen_adress",
    "f:4:18: pyroscope.receive_http.r.forward_to[0]",
    "f:8:15: pyroscope.write.a.endpoint[0].url",
    "f:8:64: pyroscope.write.a.endpoint[0].basic_auth.username",
    "f:9:15: pyroscope.write.a.endpoint[1].url",
    "f:10:1: pyroscope.nothing",
  ]);
});

import { describe, expect, test } from "bun:test";
import { fileProblem } from "../../src/component/argument_checks.ts";
import { problemsOf } from "./loaded.ts";

/** Receivers with these http blocks. */
function receivers(...https: readonly object[]): string {
  const labelled = https.map((http, index) => [
    `r${index}`,
    { ...http, forward_to: ["pyroscope.write.a.receiver"] },
  ]);
  return JSON.stringify({
    "pyroscope.receive_http": Object.fromEntries(labelled),
    "pyroscope.write": { a: { endpoint: { url: "http://a" } } },
  });
}

describe("two receivers", () => {
  test.each<[string, readonly object[], string | undefined]>([
    ["on one port of all addresses", [{}, {}], "pyroscope.receive_http.r0 listens on :8080 already"],
    [
      "on all addresses and on one of them",
      [{ http: { listen_port: 1 } }, { http: { listen_port: 1, listen_address: "127.0.0.1" } }],
      "pyroscope.receive_http.r0 listens on :1 already",
    ],
    [
      "of which one serves gRPC there",
      [{ grpc: {} }, { http: { listen_port: 8081 } }],
      "r0 listens on :8081 already",
    ],
    [
      "on two addresses",
      [
        { http: { listen_port: 1, listen_address: "::1" } },
        { http: { listen_port: 1, listen_address: "127.0.0.1" } },
      ],
      undefined,
    ],
    ["that let the system choose", [{ http: { listen_port: 0 } }, { http: { listen_port: 0 } }], undefined],
    [
      "of which one is the HTTP port of its own gRPC",
      [{ grpc: { listen_port: 8080 } }],
      "its http block listens on",
    ],
  ])("%s", (_, https, problem) => {
    const problems = problemsOf(receivers(...https));
    expect(problems).toEqual(problem === undefined ? [] : [expect.stringContaining(problem)]);
  });
});

describe("an address to listen on", () => {
  test.each(["0.0.0.0:4040", ":4040", "[::1]:4040", "http://0.0.0.0", "[::1]"])(
    "%s is refused",
    (listen_address) => {
      expect(problemsOf(receivers({ http: { listen_address } }))).toEqual([
        expect.stringContaining("http.listen_address: must be a host name or an address"),
      ]);
    },
  );

  test.each(["", "0.0.0.0", "::", "::1", "localhost", "pod-1.svc"])("%j is taken", (listen_address) => {
    expect(problemsOf(receivers({ http: { listen_address } }))).toEqual([]);
  });
});

test("a file that must not be read says who must be allowed to", () => {
  expect(fileProblem("EACCES")).toEqual({
    message: "the file can't be read: no permission to read it",
    fix: "let the user that pyroduct runs as read the file and enter the folders above it",
  });
});

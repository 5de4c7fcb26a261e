import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { problemsOf } from "./loaded.ts";

const write = "pyroscope.write: {a: {endpoint: {url: http://a}}}";

describe("references", () => {
  function forwarding(target: string): string {
    return `pyroscope.receive_http: {r: {forward_to: [${target}]}}\n${write}`;
  }

  test.each([
    [
      "pyroscope.write.b.receiver",
      'f:1:43: pyroscope.receive_http.r.forward_to[0]: there is no component pyroscope.write.b (did you mean "pyroscope.write.a.receiver"?)',
    ],
    [
      "pyroscope.receive_http.r.receiver",
      "f:1:43: pyroscope.receive_http.r.forward_to[0]: pyroscope.receive_http.r receives nothing from other components",
    ],
    [
      "pyroscope.write.a",
      "f:1:43: pyroscope.receive_http.r.forward_to[0]: expected a receiver such as pyroscope.write.default.receiver",
    ],
    ["", "f:1:30: pyroscope.receive_http.r.forward_to: must name at least one receiver"],
  ])("%j", (target, problem) => {
    expect(problemsOf(forwarding(target))).toContain(problem);
  });

  test("in a circle are told, each of them", () => {
    const text = `pyroscope.relabel:
  a: {forward_to: [pyroscope.relabel.b.receiver]}
  b: {forward_to: [pyroscope.relabel.a.receiver, pyroscope.write.a.receiver]}
${write}`;
    const again = (from: string, to: string) =>
      `the profiles would come back: pyroscope.relabel.${from} forwards to pyroscope.relabel.${to} again`;
    expect(problemsOf(text)).toEqual([
      `f:2:20: pyroscope.relabel.a.forward_to[0]: ${again("b", "a")}`,
      `f:3:20: pyroscope.relabel.b.forward_to[0]: ${again("a", "b")}`,
    ]);
  });

  test("a receiver must forward to something", () => {
    expect(problemsOf("pyroscope.receive_http: {r: {}}")).toEqual([
      "f:1:26: pyroscope.receive_http.r.forward_to: is required",
    ]);
  });

  test("text is no list", () => {
    expect(
      problemsOf(`pyroscope.receive_http: {r: {forward_to: pyroscope.write.a.receiver}}\n${write}`),
    ).toEqual(["f:1:42: pyroscope.receive_http.r.forward_to: expected a list"]);
  });
});

describe("two ways to authenticate", () => {
  test.each([
    ["bearer_token: x, basic_auth: {username: u}", "bearer_token", "basic_auth"],
    ["bearer_token_file: /dev/null, bearer_token: x", "bearer_token_file", "bearer_token"],
    ["authorization: {credentials: x}, basic_auth: {username: u}", "authorization", "basic_auth"],
  ])("%s", (auth, place, other) => {
    const [problem, ...more] = problemsOf(`pyroscope.write: {a: {endpoint: {url: http://a, ${auth}}}}`);
    expect(problem).toMatch(/only one way to authenticate is possible, and \w+ is given too$/);
    expect([problem?.includes(place), problem?.includes(other), more]).toEqual([true, true, []]);
  });

  test("basic has a block of its own", () => {
    const text =
      "pyroscope.write: {a: {endpoint: {url: http://a, authorization: {type: basic, credentials: x}}}}";
    expect(problemsOf(text)).toEqual([
      "f:1:71: pyroscope.write.a.endpoint.authorization.type: must not be Basic: use basic_auth",
    ]);
  });

  test("a value and its file exclude each other", () => {
    const text =
      "pyroscope.write: {a: {endpoint: {url: http://a, basic_auth: {password: x, password_file: /dev/null}}}}";
    expect(problemsOf(text)).toEqual([
      "f:1:90: pyroscope.write.a.endpoint.basic_auth.password_file: excludes password",
    ]);
  });
});

test("a file that can't be read is a problem where it is named", () => {
  const text = "pyroscope.write: {a: {endpoint: {url: http://a, bearer_token_file: /no/such/file}}}";
  const [problem, ...more] = problemsOf(text);
  expect(problem).toStartWith("f:1:68: pyroscope.write.a.endpoint.bearer_token_file: ");
  expect(more).toEqual([]);
});

test("a file that can be read is none", () => {
  using folder = new TemporaryFolder();
  writeFileSync(folder.file("token"), "x");
  expect(
    problemsOf(
      `pyroscope.write: {a: {endpoint: {url: http://a, bearer_token_file: ${folder.file("token")}}}}`,
    ),
  ).toEqual([]);
});

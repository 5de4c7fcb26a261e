import { describe, expect, test } from "bun:test";
import { ingestName, outgoingIngest } from "../../src/write/ingest_sender.ts";
import { ingestProfile, requestContext } from "../profile/sample_profiles.ts";

type Labels = Readonly<Record<string, string>>;

function nameOf(labels: Labels, external: Labels = {}): string {
  return ingestName(new Map(Object.entries(labels)), new Map(Object.entries(external)));
}

test.each<[string, Labels, Labels, string]>([
  [
    "the service is the prefix, and a label too",
    { __name__: "app", service_name: "shop" },
    {},
    "shop{service_name=shop}",
  ],
  ["without a service the name is the prefix", { __name__: "app", env: "prod" }, {}, "app{env=prod}"],
  ["without either the prefix is empty", { env: "prod" }, {}, "{env=prod}"],
  ["labels are sorted by name", { __name__: "app", b: "2", a: "1", B: "3" }, {}, "app{B=3,a=1,b=2}"],
  [
    "reserved labels stay, but for the name",
    { __name__: "app", __session_id__: "1", __delta__: "false" },
    {},
    "app{__delta__=false,__session_id__=1}",
  ],
  [
    "external labels override",
    { __name__: "app", env: "prod" },
    { env: "test", x: "y" },
    "app{env=test,x=y}",
  ],
  [
    "an external service changes the label, not the prefix",
    { __name__: "app", service_name: "shop" },
    { service_name: "other" },
    "shop{service_name=other}",
  ],
  [
    "an external name is the prefix",
    { __name__: "app", service_name: "shop" },
    { __name__: "n" },
    "n{service_name=shop}",
  ],
  ["an empty external value removes the label", { __name__: "app", env: "prod" }, { env: "" }, "app{}"],
  ["reserved external labels go out as they are", { __name__: "app" }, { __x__: "1" }, "app{__x__=1}"],
])("%s", (_, labels, external, name) => {
  expect(nameOf(labels, external)).toBe(name);
});

function pathOf(query: string, labels: Labels = { service_name: "shop" }): string {
  return outgoingIngest(ingestProfile(labels, { query }), new Map(), requestContext()).path;
}

describe("the query", () => {
  const name = "name=shop%7Bservice_name%3Dshop%7D";

  test.each([
    ["", `/ingest?${name}`],
    ["format=pprof&until=2", `/ingest?format=pprof&${name}&until=2`],
    ["a=1&b=2", `/ingest?a=1&b=2&${name}`],
    ["until=2", `/ingest?${name}&until=2`],
    ["a=%FF&x=%20", `/ingest?a=%FF&${name}&x=%20`],
  ])("%j keeps its order with the name in its place", (query, path) => {
    expect(pathOf(query)).toBe(path);
  });

  test("a name of any text comes out as it went in", () => {
    const value = "a b&c=d;e%{}+ä🧀\n";
    const url = new URL(`http://h${pathOf("", { service_name: "s", v: value })}`);
    expect(url.searchParams.get("name")).toBe(`s{service_name=s,v=${value}}`);
  });

  test("half a character can't break it", () => {
    expect(pathOf("", { service_name: "s", v: "\ud83e" })).toContain("v%3D%EF%BF%BD");
  });
});

test("body, content type and content encoding go out as they came", () => {
  const body = new Uint8Array([0, 255]);
  const profile = ingestProfile({ __name__: "a" }, { body, contentType: "x/y; z", contentEncoding: "gzip" });
  const outgoing = outgoingIngest(profile, new Map(), requestContext());
  expect(outgoing.body).toBe(body);
  expect(outgoing.headers).toEqual([
    ["content-type", "x/y; z"],
    ["content-encoding", "gzip"],
  ]);
  expect([outgoing.size, outgoing.deadlineHeaders(5), outgoing.codeOf('{"code":"aborted"}')]).toEqual([
    { bytes: 2, samples: 1 },
    [],
    undefined,
  ]);
});

test("headers that did not come do not go out", () => {
  expect(outgoingIngest(ingestProfile(), new Map(), requestContext()).headers).toEqual([]);
});

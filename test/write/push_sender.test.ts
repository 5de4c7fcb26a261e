import { describe, expect, test } from "bun:test";
import { fromBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { PushRequestSchema } from "../../src/gen/push/v1/push_pb.ts";
import { connectCodeIn, outgoingPush, pushLabels } from "../../src/write/push_sender.ts";
import { anyText } from "../base/any_text.ts";
import { pushProfile, requestContext } from "../profile/sample_profiles.ts";

type Labels = Readonly<Record<string, string>>;

test.each<[string, Labels, Labels, Labels]>([
  ["ordinary labels go out", { a: "1", service_name: "s" }, {}, { a: "1", service_name: "s" }],
  [
    "reserved labels stay here, but for the name and __delta__",
    { __name__: "cpu", __delta__: "false", __session_id__: "1", __x: "2" },
    {},
    { __name__: "cpu", __delta__: "false" },
  ],
  ["external labels override", { a: "1", b: "2" }, { a: "3" }, { a: "3", b: "2" }],
  ["reserved external labels go out as they are", { a: "1" }, { __x__: "y" }, { a: "1", __x__: "y" }],
  ["an external name replaces the name", { __name__: "cpu" }, { __name__: "n" }, { __name__: "n" }],
  ["an empty external value removes the label", { a: "1", b: "2" }, { a: "" }, { b: "2" }],
])("%s", (_, labels, external, wanted) => {
  const outgoing = pushLabels(new Map(Object.entries(labels)), new Map(Object.entries(external)));
  expect(Object.fromEntries(outgoing)).toEqual(wanted);
});

test("all series go out as one request", () => {
  const profile = pushProfile({ a: "1" }, { a: "2", __x: "y" }, { a: "3" });
  const outgoing = outgoingPush(profile, new Map([["env", "prod"]]), requestContext());
  const sent = fromBinary(PushRequestSchema, outgoing.body).series;
  expect(sent.map(({ labels }) => labels.map(({ name, value }) => `${name}=${value}`).join())).toEqual([
    "a=1,env=prod",
    "a=2,env=prod",
    "a=3,env=prod",
  ]);
  expect(outgoing.path).toBe("/push.v1.PusherService/Push");
  expect(Object.fromEntries(outgoing.headers)).toEqual({
    "content-type": "application/proto",
    "connect-protocol-version": "1",
  });
});

test.each([
  [4000, "4000"],
  [1.9, "1"],
  [0.4, "1"],
])("a deadline of %d ms is told as %s", (timeoutMs, told) => {
  const outgoing = outgoingPush(pushProfile(), new Map(), requestContext());
  expect(outgoing.deadlineHeaders(timeoutMs)).toEqual([["connect-timeout-ms", told]]);
});

describe("the code in an answer", () => {
  test.each([
    ['{"code":"unavailable"}', "unavailable"],
    ['{"code":"unavailable","message":"x","details":[]}', "unavailable"],
    ['{ "message": "x", "code" : "aborted" }', "aborted"],
    // Cut off, as long answers are.
    ['{"code":"internal","message":"very lo', "internal"],
    ['{"code":"no_such_code"}', undefined],
    ['{"code":7}', undefined],
    ["{}", undefined],
    ["", undefined],
    ["unavailable", undefined],
    ['<html>{"code":"unavailable"}', undefined],
  ])("%s: %p", (answer, code) => {
    expect(connectCodeIn(answer)).toBe(code as ReturnType<typeof connectCodeIn>);
  });

  test("of any text is one or none, and no error", () => {
    fc.assert(
      fc.property(fc.oneof(anyText(), fc.json()), (answer) => {
        expect(typeof (connectCodeIn(answer) ?? "")).toBe("string");
      }),
    );
  });
});

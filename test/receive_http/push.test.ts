import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import type { Cause } from "../../src/profile/status.ts";
import { encodePush, pushPath } from "../wire/push_message.ts";
import { ReceiverBed } from "./receiver_bed.ts";

const message = encodePush({ __name__: "process_cpu", env: "prod" }, new Uint8Array([1, 2]));
const proto = { "content-type": "application/proto" };

function labelsOf(bed: ReceiverBed): Record<string, string>[] {
  return bed.received.flatMap(({ profile }) =>
    profile.kind === "push" ? profile.series.map(({ labels }) => Object.fromEntries(labels)) : [],
  );
}

const labels = { __name__: "process_cpu", env: "prod", service_name: "process_cpu" };

const json = JSON.stringify({
  series: [
    {
      labels: Object.entries({ __name__: "process_cpu", env: "prod" }).map(([name, value]) => ({
        name,
        value,
      })),
      samples: [{ rawProfile: "AQI=" }],
      somethingNew: 1,
    },
  ],
});

test.each<[string, Uint8Array | string, Record<string, string>]>([
  ["binary", message, proto],
  ["binary, gzipped", gzipSync(message), { ...proto, "content-encoding": "gzip" }],
  ["binary, said to be as it is", message, { ...proto, "content-encoding": "identity" }],
  ["binary with its version", message, { ...proto, "connect-protocol-version": "1" }],
  ["JSON", json, { "content-type": "application/json" }],
  ["JSON, gzipped", gzipSync(json), { "content-type": "application/json", "content-encoding": "gzip" }],
])("a message that is %s is taken", async (_, body, headers) => {
  await using bed = await ReceiverBed.start();
  const response = await bed.post(pushPath, body, headers);
  expect(response.status).toBe(200);
  expect(labelsOf(bed)).toEqual([labels]);
});

test("a message without series is fine, and there is nothing to send", async () => {
  await using bed = await ReceiverBed.start();
  expect((await bed.post(pushPath, new Uint8Array(0), proto)).status).toBe(200);
  expect(bed.received).toEqual([]);
});

describe("a failure is told by a code of Connect's", () => {
  test.each<[Cause, number, string]>([
    [{ type: "answer", status: 400, code: "invalid_argument", text: "bad" }, 400, "invalid_argument"],
    [{ type: "answer", status: 503, text: "" }, 503, "unavailable"],
    [{ type: "timeout" }, 504, "deadline_exceeded"],
    [{ type: "connection", text: "refused" }, 503, "unavailable"],
    [{ type: "local", code: "unavailable", text: "full" }, 503, "unavailable"],
  ])("%j", async (cause, status, code) => {
    await using bed = await ReceiverBed.start();
    bed.deliver = async () => [{ destination: "pyroscope.write.w e", attempts: 2, cause }];
    const response = await bed.post(pushPath, message, proto);
    const body = (await response.json()) as { code: string; message: string };
    expect([response.status, body.code]).toEqual([status, code]);
    expect(body.message).toMatch(/^pyroscope\.write\.w e: .+ \(2 attempts\)$/);
    expect(response.headers.get("content-type")).toBe("application/json");
  });

  test("invalid labels", async () => {
    await using bed = await ReceiverBed.start();
    bed.problem = 'invalid labels in series {"a-b"="1"}';
    const response = await bed.post(pushPath, message, proto);
    expect([response.status, await response.json()]).toEqual([
      400,
      { code: "invalid_argument", message: 'invalid labels in series {"a-b"="1"}' },
    ]);
    expect(bed.received).toEqual([]);
  });
});

describe("a body that can't be taken", () => {
  const limits = { http: { max_body_size: 100, max_in_flight_bytes: 150 } };

  test.each<[string, Uint8Array, Record<string, string>, number, string]>([
    ["too large", new Uint8Array(101), proto, 429, "resource_exhausted"],
    [
      "too large once unzipped",
      gzipSync(new Uint8Array(101)),
      { ...proto, "content-encoding": "gzip" },
      429,
      "resource_exhausted",
    ],
    ["no gzip", Buffer.from("plain"), { ...proto, "content-encoding": "gzip" }, 400, "invalid_argument"],
    ["no message", Buffer.from([0xff, 0xff]), proto, 400, "invalid_argument"],
    ["cut short", message.subarray(0, -1), proto, 400, "invalid_argument"],
  ])("%s", async (_, body, headers, status, code) => {
    await using bed = await ReceiverBed.start(limits);
    const response = await bed.post(pushPath, body, headers);
    expect([response.status, await response.json()]).toMatchObject([status, { code }]);
  });

  test("because there is no room says when to come again", async () => {
    await using bed = await ReceiverBed.start({ http: { max_in_flight_bytes: 20 } });
    const response = await bed.post(pushPath, new Uint8Array(21), proto);
    expect([response.status, response.headers.get("retry-after"), await response.json()]).toMatchObject([
      503,
      "1",
      { code: "unavailable" },
    ]);
  });
});

test.each<[string, Record<string, string>, number]>([
  ["a content type that nobody knows", { "content-type": "text/plain" }, 415],
  ["a version that nobody knows", { ...proto, "connect-protocol-version": "2" }, 400],
  ["an encoding that nobody knows", { ...proto, "content-encoding": "br" }, 501],
])("%s is refused", async (_, headers, status) => {
  await using bed = await ReceiverBed.start();
  expect((await bed.post(pushPath, message, headers)).status).toBe(status);
  expect(bed.received).toEqual([]);
});

import { describe, expect, spyOn, test } from "bun:test";
import type { Outcome } from "../../src/profile/failure_report.ts";
import type { Cause } from "../../src/profile/status.ts";
import { eventually } from "../base/eventually.ts";
import { RawConnection, sendRaw } from "../wire/raw_request.ts";
import { ReceiverBed } from "./receiver_bed.ts";

function failed(...causes: readonly Cause[]): Outcome {
  return causes.map((cause, index) => ({ destination: `w e${index}`, attempts: 1, cause }));
}

test("a profile goes through as it came, its labels completed", async () => {
  await using bed = await ReceiverBed.start();
  const body = new Uint8Array([0, 255, 1]);
  const response = await bed.post("/ingest?until=2&name=app%7Benv%3Dprod%7D&from=1&x=%FF", body, {
    "Content-Type": "application/odd; x=y",
    "Content-Encoding": "whatever",
  });
  expect([response.status, await response.text()]).toEqual([200, ""]);
  expect(bed.received[0]?.profile).toEqual({
    kind: "ingest",
    labels: new Map([
      ["__name__", "app"],
      ["env", "prod"],
      ["service_name", "app"],
    ]),
    query: "from=1&until=2&x=%FF",
    contentType: "application/odd; x=y",
    contentEncoding: "whatever",
    body,
  });
});

test.each([
  ["form fields are not looked into", "application/x-www-form-urlencoded", "name=other&x=1"],
  [
    "nor are parts",
    "multipart/form-data; boundary=b",
    "--b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--b--",
  ],
])("%s", async (_, contentType, text) => {
  await using bed = await ReceiverBed.start();
  expect((await bed.post("/ingest?name=app", text, { "Content-Type": contentType })).status).toBe(200);
  const profile = bed.received[0]?.profile;
  expect(profile?.kind === "ingest" && Buffer.from(profile.body).toString()).toBe(text);
});

test("an empty profile and a chunked one are profiles", async () => {
  await using bed = await ReceiverBed.start();
  for (const chunkSizes of [undefined, [], [1, 2]]) {
    const body = Buffer.from(chunkSizes?.length ? "chunked" : "");
    const request = { method: "POST", target: "/ingest?name=a", body, ...(chunkSizes ? { chunkSizes } : {}) };
    expect((await sendRaw(bed.address, request)).status).toBe(200);
  }
  const bodies = bed.received.map(
    ({ profile }) => profile.kind === "ingest" && Buffer.from(profile.body).toString(),
  );
  expect(bodies).toEqual(["", "", "chunked"]);
});

describe("a request that is wrong is told why, and nothing of it is sent", () => {
  test.each([
    ["/ingest", "the query has no name=app{key=value}\n"],
    ["/ingest?from=1", "the query has no name=app{key=value}\n"],
    ["/ingest?name=", "the app name is empty: name must be like app{key=value}\n"],
    ["/ingest?name=a%20b", 'the app name "a b" may only hold letters, digits, "_", ".", "-" and "/"\n'],
    ["/ingest?name=a%7Bb-c%3Dd%7D", 'the label name "b-c" may only hold letters, digits, "_" and "."\n'],
  ])("%s", async (path, text) => {
    await using bed = await ReceiverBed.start();
    const response = await bed.post(path);
    expect([response.status, await response.text(), bed.received]).toEqual([400, text, []]);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("where a branch finds its labels invalid", async () => {
    await using bed = await ReceiverBed.start();
    bed.problem = "invalid labels in profile {}";
    const response = await bed.post("/ingest?name=app");
    expect([response.status, await response.text(), bed.received]).toEqual([
      400,
      "invalid labels in profile {}\n",
      [],
    ]);
  });
});

describe("a profile that was not taken everywhere is answered", () => {
  test.each<[string, Outcome, number, string]>([
    [
      "the destination's status",
      failed({ type: "answer", status: 422, text: "secret inside" }),
      422,
      "Unprocessable Entity\n",
    ],
    ["504 after a timeout", failed({ type: "timeout" }), 504, "Gateway Timeout\n"],
    ["502 without a connection", failed({ type: "connection", text: "refused" }), 502, "Bad Gateway\n"],
    [
      "what says try again, of several",
      failed({ type: "answer", status: 400, text: "" }, { type: "answer", status: 503, text: "" }),
      503,
      "Service Unavailable\n",
    ],
    ["599 in words of its own", failed({ type: "answer", status: 599, text: "" }), 599, "status 599\n"],
  ])("with %s", async (_, outcome, status, text) => {
    await using bed = await ReceiverBed.start();
    bed.deliver = async () => outcome;
    const response = await bed.post("/ingest?name=app");
    expect([response.status, await response.text()]).toEqual([status, text]);
  });
});

describe("bodies beyond the limits", () => {
  test("that are too large are refused, and the connection closes", async () => {
    await using bed = await ReceiverBed.start({ http: { max_body_size: 10 } });
    const response = await bed.post("/ingest?name=app", "x".repeat(11));
    expect([response.status, response.headers.get("connection"), await response.text()]).toEqual([
      413,
      "close",
      "the body is larger than max_body_size\n",
    ]);
  });

  test("for which there is no room are asked to come again", async () => {
    await using bed = await ReceiverBed.start({ http: { max_in_flight_bytes: 10 } });
    const response = await bed.post("/ingest?name=app", "x".repeat(11));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect((await bed.post("/ingest?name=app", "x".repeat(10))).status).toBe(200);
  });

  test("that do not come in time are cut off", async () => {
    await using bed = await ReceiverBed.start({ http: { server_read_timeout: "200ms" } });
    using sender = await RawConnection.open(bed.address);
    await sender.send("POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nsome");
    await eventually("the request being served", async () =>
      /inflight_requests\{.*\} 1$/m.test(await bed.metricsText()),
    );
    await bed.clock.advance(200);
    const answer = await sender.response();
    expect([answer.status, answer.header("connection")]).toEqual([408, "close"]);
    await sender.closed;
  });

  test("are held no longer than their request", async () => {
    await using bed = await ReceiverBed.start({
      http: { max_in_flight_bytes: 100_000, max_body_size: 90_000 },
    });
    for (const length of [80_000, 95_000, 80_000, 100, 80_000]) {
      await bed.post("/ingest?name=app", "x".repeat(length));
    }
    bed.problem = "invalid";
    await bed.post("/ingest?name=app", "x".repeat(80_000));
    bed.problem = undefined;
    expect((await bed.post("/ingest?name=app", "x".repeat(80_000))).status).toBe(200);
  });
});

test("a refusal is logged once in a while, with its reason", async () => {
  await using bed = await ReceiverBed.start();
  for (let count = 0; count < 5; count += 1) await bed.post("/ingest");
  expect(bed.log.lines.filter(({ level }) => level === "warn")).toEqual([
    {
      level: "warn",
      message: "refused a request",
      fields: { reason: "the query has no name=app{key=value}" },
    },
  ]);
});

test("a defect further on shows nothing of the inside", async () => {
  // The HTTP framework prints what it did not expect.
  using _silenced = spyOn(console, "error").mockImplementation(() => {});
  await using bed = await ReceiverBed.start();
  bed.deliver = () => Promise.reject(new Error("a detail of the inside"));
  const response = await bed.post("/ingest?name=app");
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("detail");
});

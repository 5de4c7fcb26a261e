import { describe, expect, test } from "bun:test";
import { statedDeadlineMs } from "../../src/receive_http/push.ts";
import { eventually } from "../base/eventually.ts";
import { encodePush, pushPath } from "../wire/push_message.ts";
import { RawConnection } from "../wire/raw_request.ts";
import { type ReceiverArguments, ReceiverBed } from "./receiver_bed.ts";

const message = encodePush({ service_name: "shop" }, new Uint8Array([1]));

/** How long a request of /ingest, and one of Push with these headers, has, in milliseconds. */
async function deadlines(args: ReceiverArguments, headers: Record<string, string> = {}) {
  await using bed = await ReceiverBed.start(args);
  await bed.post("/ingest?name=app", "profile", headers);
  await bed.post(pushPath, message, { "content-type": "application/proto", ...headers });
  return bed.received.map(({ request }) => request.deadlineAt);
}

describe("a request that states no deadline has", () => {
  test.each([
    ["the default write timeout less a second", {}, 29_000],
    ["its write timeout less a second", { server_write_timeout: "10s" }, 9000],
    ["half of a write timeout that is short", { server_write_timeout: "1s" }, 500],
  ])("%s", async (_, http, ms) => {
    expect(await deadlines({ http })).toEqual([ms, ms]);
  });
});

describe("a deadline that Push states", () => {
  test.each([
    ["10000", 9950],
    ["5000", 4950],
    ["1000", 950],
    ["100", 95],
    ["120000", 119_950],
  ])("of %s ms leaves the answer its share", async (stated, ms) => {
    expect(await deadlines({}, { "Connect-Timeout-Ms": stated })).toEqual([29_000, ms]);
  });

  test("that can't be read is the sender's mistake", async () => {
    await using bed = await ReceiverBed.start();
    const response = await bed.post(pushPath, message, {
      "content-type": "application/proto",
      "connect-timeout-ms": "soon",
    });
    expect([response.status, await response.json()]).toMatchObject([400, { code: "invalid_argument" }]);
    expect(bed.received).toEqual([]);
  });
});

test.each<[Record<string, string>, number | undefined]>([
  [{}, undefined],
  [{ "connect-timeout-ms": "1500" }, 1500],
  [{ "connect-timeout-ms": "0" }, 0],
  [{ "connect-timeout-ms": "-1" }, undefined],
  [{ "connect-timeout-ms": "1.5" }, undefined],
  [{ "connect-timeout-ms": "12345678901" }, undefined],
  [{ "grpc-timeout": "5S" }, 5000],
  [{ "grpc-timeout": "2M" }, 120_000],
  [{ "grpc-timeout": "1H" }, 3_600_000],
  [{ "grpc-timeout": "250m" }, 250],
  [{ "grpc-timeout": "1000u" }, 1],
  [{ "grpc-timeout": "1000000n" }, 1],
  [{ "grpc-timeout": "5" }, undefined],
  [{ "grpc-timeout": "123456789S" }, undefined],
  [{ "connect-timeout-ms": "7", "grpc-timeout": "5S" }, 7],
])("%j states %p", (headers, ms) => {
  expect(statedDeadlineMs(new Headers(headers))).toBe(ms);
});

describe("a sender who goes away", () => {
  async function leftWith(headers: string) {
    await using bed = await ReceiverBed.start();
    const outcome = Promise.withResolvers<[]>();
    bed.deliver = () => outcome.promise;
    {
      using sender = await RawConnection.open(bed.address);
      await sender.send(
        `POST ${pushPath} HTTP/1.1\r\nHost: a\r\nContent-Type: application/proto\r\n${headers}Content-Length: ${message.byteLength}\r\n\r\n`,
      );
      await sender.send(message);
      await eventually("the profile", () => bed.received.length === 1);
    }
    const request = bed.received[0]?.request;
    await eventually("the sender being gone", () => request?.isSenderGone() ?? false);
    outcome.resolve([]);
    return request;
  }

  test("is known, and what it wanted is cancelled where it stated a deadline", async () => {
    expect((await leftWith("Connect-Timeout-Ms: 5000\r\n"))?.canceled?.aborted).toBe(true);
  });

  test("is known, and nothing is cancelled where it stated none", async () => {
    expect((await leftWith(""))?.canceled).toBeUndefined();
  });
});

import { describe, expect, test } from "bun:test";
import { encodePush, pushPath } from "../wire/push_message.ts";
import { ReceiverBed } from "./receiver_bed.ts";

const message = encodePush({ service_name: "shop" }, new Uint8Array([1]));

test("it listens, says where, and is healthy", async () => {
  await using bed = await ReceiverBed.start();
  expect(bed.address).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(bed.component.health()).toMatchObject({ state: "healthy", message: `listening on ${bed.address}` });
  expect(bed.log.lines.find(({ message: text }) => text === "listening")?.fields["address"]).toBe(
    bed.address,
  );
});

describe("headers of the sender", () => {
  test("that are named travel along, whatever their case", async () => {
    await using bed = await ReceiverBed.start({ forward_headers: ["X-Scope-OrgID", "x-other", "X-Missing"] });
    const headers = { "x-scope-orgid": "t1", "X-OTHER": "o", "X-Unnamed": "u" };
    await bed.post("/ingest?name=app", "p", headers);
    await bed.post(pushPath, message, { ...headers, "content-type": "application/proto" });
    const wanted = { "x-scope-orgid": "t1", "x-other": "o" };
    expect(bed.received.map(({ request }) => Object.fromEntries(request.forwardedHeaders))).toEqual([
      wanted,
      wanted,
    ]);
  });

  test("travel nowhere unless they are named", async () => {
    await using bed = await ReceiverBed.start();
    await bed.post("/ingest?name=app", "p", { "X-Scope-OrgID": "t1", Authorization: "Bearer x" });
    expect(bed.received[0]?.request.forwardedHeaders.size).toBe(0);
  });
});

test("the sender's address and trace are known", async () => {
  await using bed = await ReceiverBed.start();
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  await bed.post("/ingest?name=app", "p", { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
  const received = bed.received[0];
  const trace = received?.request.trace;
  expect([received?.clientAddress, trace?.traceId, trace?.isSampled]).toEqual(["127.0.0.1", traceId, true]);
});

describe("a change of its arguments", () => {
  test("of limits is taken in place", async () => {
    await using bed = await ReceiverBed.start();
    expect(bed.update({ http: { max_body_size: 3 }, forward_headers: ["X-A"] })).toBe(true);
    expect((await bed.post("/ingest?name=app", "four")).status).toBe(413);
    await bed.post("/ingest?name=app", "abc", { "X-A": "1" });
    expect(bed.received[0]?.request.forwardedHeaders.get("x-a")).toBe("1");
  });

  test("of the bytes that may be held counts at once, and back", async () => {
    await using bed = await ReceiverBed.start({ http: { max_in_flight_bytes: 1000 } });
    bed.update({ http: { max_in_flight_bytes: 5 } });
    expect((await bed.post("/ingest?name=app", "more than five")).status).toBe(503);
    bed.update({ http: { max_in_flight_bytes: 1000 } });
    expect((await bed.post("/ingest?name=app", "more than five")).status).toBe(200);
  });

  test.each([{ listen_port: 1 }, { listen_address: "localhost" }, { server_idle_timeout: "1s" }])(
    "of %j needs a new component, and changes nothing",
    async (http) => {
      await using bed = await ReceiverBed.start();
      expect(bed.update({ http: { ...http, max_body_size: 1 } })).toBe(false);
      expect((await bed.post("/ingest?name=app", "more than one")).status).toBe(200);
    },
  );
});

describe("at the end", () => {
  test("answers close their connections once it is announced", async () => {
    await using bed = await ReceiverBed.start();
    expect((await bed.post("/ingest?name=app")).headers.get("connection")).not.toBe("close");
    bed.component.announceStop();
    const response = await bed.post("/ingest?name=app");
    expect([response.status, response.headers.get("connection")]).toEqual([200, "close"]);
  });

  test("nothing is taken any more", async () => {
    const bed = await ReceiverBed.start();
    await bed.component.stop(0);
    await expect(bed.post("/ingest?name=app")).rejects.toThrow();
  });
});

import { describe, expect, test } from "bun:test";
import { createAdminApp } from "../../src/admin/app.ts";
import { ControllerBed, writeConfig } from "../controller/controller_bed.ts";
import { deadLetter, queueInfo } from "../controller/shown_queues.ts";

const id = "pyroscope.write.w:http://pyroscope:4040";
const path = `/api/v0/queues/${encodeURIComponent(id)}`;

/** An admin server over a shard with one queue and one dead letter. */
function bed() {
  const { controller, log, stub } = new ControllerBed(writeConfig("a"));
  stub.queues = [queueInfo("http://pyroscope:4040"), queueInfo("b")];
  stub.letters = [deadLetter("l1", id, { content_encoding: "gzip" })];
  stub.orderCount = 1;
  const app = createAdminApp(controller, log);
  const request = async (url: string, method = "GET") => await app.request(url, { method });
  return { stub, request };
}

test("queues are listed, and each shown by its id or endpoint", async () => {
  const { request, stub } = bed();
  expect(await (await request("/api/v0/queues")).json()).toEqual({
    queues: [stub.queues[1], stub.queues[0]],
  });
  expect(await (await request(path)).json()).toEqual(stub.queues[0]);
  expect(await (await request("/api/v0/queues/b")).json()).toEqual(stub.queues[1]);
});

test("dead letters are listed, shown, and downloaded as a stranger's bytes", async () => {
  const { request, stub } = bed();
  const [letter] = stub.letters;
  expect(await (await request(`${path}/dead_letters`)).json()).toEqual({ dead_letters: [letter?.letter] });
  expect(await (await request(`${path}/dead_letters/l1`)).json()).toEqual(letter?.letter);
  const download = await request(`${path}/dead_letters/l1/body`);
  expect(Buffer.from(await download.arrayBuffer())).toEqual(Buffer.from(letter?.body ?? []));
  expect(Object.fromEntries(download.headers)).toMatchObject({
    "content-type": "text/plain",
    "content-encoding": "gzip",
    "content-disposition": 'attachment; filename="l1.bin"',
    "content-security-policy": "sandbox",
    "x-content-type-options": "nosniff",
  });
});

describe("what changes something", () => {
  test.each([
    ["POST", "/dead_letters/l1/resend", { type: "resend_letters", id: "l1", to: id }],
    ["POST", "/dead_letters/l1/resend?to=b", { type: "resend_letters", id: "l1", to: "pyroscope.write.w:b" }],
    ["POST", "/dead_letters/resend", { type: "resend_letters", to: id }],
    ["DELETE", "/dead_letters/l1", { type: "drop_letters", id: "l1" }],
    ["DELETE", "/dead_letters", { type: "drop_letters" }],
    ["POST", "/move?to=b", { type: "move", to: "pyroscope.write.w:b" }],
    ["DELETE", "", { type: "drop" }],
  ])("%s %s", async (method, rest, order) => {
    const { request, stub } = bed();
    const response = await request(path + rest, method);
    expect([response.status, await response.json()]).toEqual([200, { profiles: 1 }]);
    expect(stub.orders).toEqual([{ queue: id, order }] as typeof stub.orders);
  });

  test.each(["/dead_letters/l1/resend", "/dead_letters/resend", "/move?to=b"])(
    "is not done by GET: %s",
    async (rest) => {
      const { request, stub } = bed();
      expect((await request(path + rest)).status).toBe(404);
      expect(stub.orders).toEqual([]);
    },
  );
});

test.each([
  ["GET", "/api/v0/queues/none", 404, "there is no queue none\n"],
  ["DELETE", "/api/v0/queues/none", 404, "there is no queue none\n"],
  ["GET", "/api/v0/queues/b/dead_letters/l1", 404, "there is no dead letter l1 of pyroscope.write.w:b\n"],
  ["DELETE", "/api/v0/queues/b/dead_letters/l1", 404, "there is no dead letter l1 of pyroscope.write.w:b\n"],
  ["POST", "/api/v0/queues/b/move", 400, "the parameter to must name the queue that it goes to\n"],
  ["POST", "/api/v0/queues/b/move?to=none", 404, "there is no queue none\n"],
  ["GET", "/api/v0/queues/b/dead_letters?limit=0", 400, "limit must be a whole number from 1 to 1000\n"],
])("%s %s is answered %d", async (method, url, status, text) => {
  const { request, stub } = bed();
  const response = await request(url, method);
  expect([response.status, await response.text()]).toEqual([status, text]);
  expect(stub.orders).toEqual([]);
});

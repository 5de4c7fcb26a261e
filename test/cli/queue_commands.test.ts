import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { createAdminApp } from "../../src/admin/app.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { ControllerBed, writeConfig } from "../controller/controller_bed.ts";
import { deadLetter, queueInfo } from "../controller/shown_queues.ts";
import { command } from "./command.ts";

const id = "pyroscope.write.w:production";
let bed = new ControllerBed(writeConfig("a"));
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request) => createAdminApp(bed.controller, bed.log).fetch(request),
});

beforeEach(() => {
  bed = new ControllerBed(writeConfig("a"));
  bed.stub.queues = [
    queueInfo("production", { oldest_at: null }),
    queueInfo("old", { has_endpoint: false, oldest_at: null }),
  ];
  bed.stub.letters = [deadLetter("l1", id, { reason: "HTTP 422: \u001b[31mno" })];
  bed.stub.orderCount = 1;
});

afterAll(() => server.stop(true));

/** Runs `queue` with these arguments; the status and what it said. */
async function queue(...args: readonly string[]): Promise<{ status: number; said: string }> {
  const { status, out, error } = await command("queue", ...args, "--server", `127.0.0.1:${server.port}`);
  return { status, said: `${out}${error}` };
}

test("ls lists the queues", async () => {
  expect(await queue("ls")).toEqual({
    status: 0,
    said: `QUEUE                         TYPE  PROFILES  SIZE   OLDEST  DEAD LETTERS  STATE
pyroscope.write.w:old         disk  2         2 KiB  -       0             no endpoint
pyroscope.write.w:production  disk  2         2 KiB  -       0             delivering
`,
  });
});

test("ls says where there is nothing", async () => {
  bed.stub.queues = [];
  expect((await queue("ls")).said).toBe("nothing is queued, and no endpoint has a queue\n");
});

describe("show", () => {
  test("shows a queue with its dead letters, and nothing that steers a terminal", async () => {
    const { said } = await queue("show", "production");
    expect(said).toContain("queue         pyroscope.write.w:production\n");
    expect(said).toContain("drain rate    1.9 MiB/s\n");
    expect(said).toContain("dead letter  l1\n");
    expect(said).toContain("reason       HTTP 422:  [31mno\n");
  });

  test("shows one dead letter, and writes its body as it was", async () => {
    using folder = new TemporaryFolder();
    const file = folder.file("body");
    expect(await queue("show", "production", "l1", "--output", file)).toMatchObject({
      status: 0,
      said: expect.stringMatching(/^dead letter {2}l1\naccepted {5}2026-01-02T03:04:05\.000Z\n/),
    });
    expect(readFileSync(file)).toEqual(Buffer.from([1, 2, 255]));
  });
});

describe("orders", () => {
  test.each([
    [["resend", "production", "l1"], "1 queued again\n", [{ type: "resend_letters", id: "l1", to: id }]],
    [["resend", "production"], "1 queued again\n", [{ type: "resend_letters", to: id }]],
    [
      ["resend", "old", "--to", "production"],
      "2 queued again\n",
      [
        { type: "resend_letters", to: id },
        { type: "move", to: id },
      ],
    ],
    [["drop", "production", "l1"], "1 dropped\n", [{ type: "drop_letters", id: "l1" }]],
    [["drop", "production"], "1 dropped\n", [{ type: "drop_letters" }]],
    [["drop", "old", "--all"], "1 dropped\n", [{ type: "drop" }]],
  ])("%j", async (args, said, orders) => {
    expect(await queue(...args)).toEqual({ status: 0, said });
    expect(bed.stub.orders.map(({ order }) => order)).toEqual(orders as never);
  });
});

describe("a mistake is told, and status 1", () => {
  test.each([
    [["show", "none"], "there is no queue none"],
    [["drop", "production", "none"], "there is no dead letter none"],
    [["drop", "production", "l1", "--all"], "--all goes without a dead letter"],
  ])("%j", async (args, problem) => {
    const { status, said } = await queue(...args);
    expect([status, said]).toEqual([1, expect.stringContaining(problem)]);
  });
});

import { expect, test } from "bun:test";
import { RunningAdmin } from "./running_admin.ts";

const post = { method: "POST" };
const config = { "pyroscope.local_store": { s: {} } };

test("the log's last lines are text", async () => {
  await using admin = await RunningAdmin.start(config);
  admin.log.warn("something happened");
  const response = await admin.request("/api/v0/support/log");
  expect([response.status, await response.text()]).toEqual([
    200,
    expect.stringContaining("something happened"),
  ]);
});

test("one CPU profile is made at a time, whoever asks for it", async () => {
  await using admin = await RunningAdmin.start(config);
  const path = "/api/v0/support/cpu-profile?seconds=1";
  const [first, second] = await Promise.all([admin.request(path, post), admin.request(path, post)]);
  expect([first.status, second.status]).toEqual([200, 409]);
  expect(first.headers.get("content-disposition")).toContain("attachment");
});

test.each(["0", "31", "x"])("%s seconds are refused", async (seconds) => {
  await using admin = await RunningAdmin.start(config);
  const response = await admin.request(`/api/v0/support/cpu-profile?seconds=${seconds}`, post);
  expect([response.status, await response.text()]).toEqual([
    400,
    "seconds must be a whole number from 1 to 30\n",
  ]);
});

import { expect, test } from "bun:test";
import type { FlameGraph } from "../../src/admin/api/flame_graph.ts";
import type { SampleAnswer } from "../../src/admin/api/sample.ts";
import type { ProfilePage } from "../../src/admin/api/store.ts";
import { RunningAdmin, receiverInto, storeConfig } from "./running_admin.ts";

const post = { method: "POST" };

test("a profile of this very process goes through its own receiver, and shows what it did", async () => {
  await using admin = await RunningAdmin.start(storeConfig);
  const [answer, another] = await Promise.all([
    admin.json<SampleAnswer>("/api/v0/sample?seconds=1", post),
    admin.request("/api/v0/sample?seconds=1", post),
  ]);
  expect(answer).toMatchObject({
    service_name: "pyroduct",
    seconds: 1,
    receiver: "pyroscope.receive_http.r",
    address: await admin.receiver(),
  });
  expect([answer.stacks > 0, another.status]).toEqual([true, 409]);
  const { profiles } = await admin.json<ProfilePage>("/api/v0/profiles");
  expect(profiles).toMatchObject([{ service_name: "pyroduct", format: "pprof", bytes: expect.any(Number) }]);
  const graph = await admin.json<FlameGraph>(`/api/v0/profiles/${profiles[0]?.id}/flamegraph`);
  expect(graph.type).toEqual({ id: "process_cpu:cpu:nanoseconds", sample_type: "cpu", unit: "nanoseconds" });
  expect([graph.total > 0, graph.total <= 1.5e9]).toEqual([true, true]);
  expect(graph.functions.map(({ name }) => name)).toContain("formatFamilies");
});

test("where nobody takes it, it says so", async () => {
  await using admin = await RunningAdmin.start({ "pyroscope.local_store": { s: {} } });
  const response = await admin.request("/api/v0/sample", post);
  expect([response.status, await response.text()]).toEqual([
    409,
    "there is nobody to send it to: no receiver takes profiles without TLS and credentials\n",
  ]);
});

test.each(["0", "31", "x", "1.5"])("%s seconds are refused", async (seconds) => {
  await using admin = await RunningAdmin.start({ "pyroscope.local_store": { s: {} } });
  const response = await admin.request(`/api/v0/sample?seconds=${seconds}`, post);
  expect([response.status, await response.text()]).toEqual([
    400,
    "seconds must be a whole number from 1 to 30\n",
  ]);
});

test("what the receiver does not take is told", async () => {
  const nowhere = { endpoint: { url: "http://127.0.0.1:1", max_backoff_retries: 1 } };
  await using admin = await RunningAdmin.start({
    "pyroscope.receive_http": { r: receiverInto("pyroscope.write.w") },
    "pyroscope.write": { w: nowhere },
  });
  const response = await admin.request("/api/v0/sample?seconds=1", post);
  expect([response.status, await response.text()]).toEqual([503, "the receiver answered 502 Bad Gateway\n"]);
});

import { expect, test } from "bun:test";
import { boundsIn, samplesIn } from "../telemetry/exposed_samples.ts";
import { encodePush, pushPath } from "../wire/push_message.ts";
import { ReceiverBed } from "./receiver_bed.ts";

const component = 'component_id="pyroscope.receive_http.r"';
const ingest = `${component},method="POST",route="ingest"`;
const push = `${component},method="POST",route="push_v1_pusherservice"`;
const message = encodePush({ service_name: "shop" }, new Uint8Array([1]));

/** What a receiver exposes after two profiles of /ingest, one of Push and a mistake. */
async function exposed(): Promise<string> {
  await using bed = await ReceiverBed.start();
  await bed.post("/ingest?name=app", "x".repeat(10));
  await bed.post("/ingest?name=app", "x".repeat(2_000_000));
  await bed.post("/ingest", "x".repeat(10));
  await bed.post(pushPath, message, { "content-type": "application/proto" });
  return await bed.metricsText();
}

test("requests are counted by method, route and status", async () => {
  const name = "pyroscope_receive_http_request_duration_seconds";
  const text = await exposed();
  const counts = [...samplesIn(text)].filter(([key]) => key.startsWith(`${name}_count`));
  expect(Object.fromEntries(counts)).toEqual({
    [`${name}_count{${ingest},status_code="200",ws="false"}`]: 2,
    [`${name}_count{${ingest},status_code="400",ws="false"}`]: 1,
    [`${name}_count{${push},status_code="200",ws="false"}`]: 1,
  });
  expect(boundsIn(text, name, 'route="push_v1_pusherservice"')).toBe(
    "0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 25 50 100 +Inf",
  );
});

test.each([
  ["pyroscope_receive_http_request_duration_seconds", "histogram"],
  ["pyroscope_receive_http_request_message_bytes", "histogram"],
  ["pyroscope_receive_http_response_message_bytes", "histogram"],
  ["pyroscope_receive_http_inflight_requests", "gauge"],
  ["pyroscope_receive_http_tcp_connections", "gauge"],
  ["pyroscope_receive_http_tcp_connections_limit", "gauge"],
])("%s is a %s", async (name, type) => {
  const types = (await exposed()).split("\n").filter((line) => line.startsWith("# TYPE "));
  expect(types).toContain(`# TYPE ${name} ${type}`);
});

const sizeBounds =
  "4 16 64 256 1024 4096 16384 65536 262144 1.048576e+06 4.194304e+06 1.6777216e+07 6.7108864e+07 2.68435456e+08 1.073741824e+09 +Inf";

test("bodies are measured as they came", async () => {
  const name = "pyroscope_receive_http_request_message_bytes";
  const text = await exposed();
  const samples = samplesIn(text);
  expect(boundsIn(text, name, 'route="ingest"')).toBe(sizeBounds);
  const bucket = (le: string) => samples.get(`${name}_bucket{${ingest},le="${le}"}`);
  expect([bucket("16"), bucket("1.048576e+06"), bucket("4.194304e+06")]).toEqual([2, 2, 3]);
  expect([samples.get(`${name}_sum{${ingest}}`), samples.get(`${name}_sum{${push}}`)]).toEqual([
    2_000_020,
    message.byteLength,
  ]);
});

test("answers are measured, too", async () => {
  const name = "pyroscope_receive_http_response_message_bytes";
  const text = await exposed();
  expect(boundsIn(text, name, 'route="ingest"')).toBe(sizeBounds);
  const mistake = "the query has no name=app{key=value}\n";
  expect(samplesIn(text).get(`${name}_sum{${ingest}}`)).toBe(mistake.length);
});

test("what is refused is counted by its reason", async () => {
  const name = "pyroduct_receive_http_refused_requests_total";
  expect(samplesIn(await exposed()).get(`${name}{${component},reason="invalid"}`)).toBe(1);
});

test("requests that are being served are a gauge, which comes back to nothing", async () => {
  await using bed = await ReceiverBed.start();
  const outcome = Promise.withResolvers<[]>();
  const begun = Promise.withResolvers<void>();
  bed.deliver = () => {
    begun.resolve();
    return outcome.promise;
  };
  const inFlight = async () =>
    samplesIn(await bed.metricsText()).get(`pyroscope_receive_http_inflight_requests{${ingest}}`);
  const answer = bed.post("/ingest?name=app");
  await begun.promise;
  expect(await inFlight()).toBe(1);
  outcome.resolve([]);
  await answer;
  expect(await inFlight()).toBe(0);
});

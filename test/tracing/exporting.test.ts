import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { openTracing } from "../../src/telemetry/spans.ts";
import { eventually } from "../base/eventually.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { RecordingLogger } from "../relabel/component_bed.ts";
import { testTimeoutMs, withinMs } from "../wire/bounded.ts";
import { PyroductProcess } from "../wire/pyroduct_process.ts";
import { sendRaw } from "../wire/raw_request.ts";
import { receiverConfig } from "../wire/receiver_bed.ts";
import { headerOf } from "../wire/recording.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { OtlpCollector } from "./otlp_collector.ts";

setDefaultTimeout(testTimeoutMs);

const profile = { method: "POST", target: "/ingest?name=app", body: Buffer.from("profile") };

/** A pyroduct in front of a sink, with these variables. */
async function start(
  sink: RecordingSink,
  environment: Readonly<Record<string, string>>,
): Promise<PyroductProcess> {
  return PyroductProcess.start(receiverConfig({ url: sink.url }), {
    environment: { OTEL_BSP_SCHEDULE_DELAY: "10", ...environment },
  });
}

describe("a collector that fails harms nothing", () => {
  test("it is told when that begins and when it ends, once each", async () => {
    await using collector = new OtlpCollector();
    await using sink = await RecordingSink.start();
    await using pyroduct = await start(sink, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const told = (words: string) => pyroduct.log.filter(({ msg }) => msg === words);
    collector.answer = 400;
    for (const exports of [1, 2, 3]) {
      expect((await sendRaw(pyroduct.receiver, profile)).status).toBe(200);
      await eventually("an export", () => collector.exports.length >= exports);
    }
    collector.answer = 200;
    await eventually("the good news", async () => {
      await sendRaw(pyroduct.receiver, profile);
      return told("spans are sent again").length > 0;
    });
    expect(told("spans can't be sent")).toEqual([
      expect.objectContaining({ level: "warn", destination: `${collector.url}/v1/traces` }),
    ]);
    expect(told("spans are sent again")).toHaveLength(1);
  });

  test("one that never answers holds up neither profiles nor the end", async () => {
    await using collector = new OtlpCollector();
    await using sink = await RecordingSink.start();
    await using pyroduct = await start(sink, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    collector.answer = "hang";
    expect((await sendRaw(pyroduct.receiver, profile)).status).toBe(200);
    await eventually("the export", () => collector.exports.length > 0);
    const stoppedAt = performance.now();
    expect(await pyroduct.stop()).toBe(0);
    expect(performance.now() - stoppedAt).toBeLessThan(3 * 2000);
    expect(pyroduct.log).toContainEqual(expect.objectContaining({ msg: "gave up sending the last spans" }));
  });
});

test("what is recorded at the end is sent before it", async () => {
  await using collector = new OtlpCollector();
  await using sink = await RecordingSink.start();
  await using pyroduct = await start(sink, {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/custom/path`,
    OTEL_BSP_SCHEDULE_DELAY: "60000",
  });
  await sendRaw(pyroduct.receiver, profile);
  expect(collector.exports).toEqual([]);
  expect(await pyroduct.stop()).toBe(0);
  expect(collector.exports.map(({ path }) => path)).toEqual(["/custom/path"]);
  expect(collector.spans.map(({ kind }) => kind).toSorted()).toEqual(["client", "server"]);
  expect(collector.spans[0]?.resource).toMatchObject({ "service.name": "pyroduct" });
});

test("a sampler that wants nothing records nothing, and says so to the destination", async () => {
  await using collector = new OtlpCollector();
  await using sink = await RecordingSink.start();
  await using pyroduct = await start(sink, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_TRACES_SAMPLER: "always_off",
  });
  const traceId = "b".repeat(32);
  const headers = [["traceparent", `00-${traceId}-00f067aa0ba902b7-01`]] as const;
  await sendRaw(pyroduct.receiver, { ...profile, headers });
  expect(await pyroduct.stop()).toBe(0);
  expect(collector.exports).toEqual([]);
  const [request] = sink.recording.requests;
  expect(request && headerOf(request, "traceparent")).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
});

test("what can't be done is told, and nothing is recorded", async () => {
  const log = new RecordingLogger();
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: "not a URL" };
  expect(await openTracing(environment, log, systemClock)).toBeUndefined();
  expect(log.lines).toEqual([
    ["warn", "no spans are sent", { reason: "OTEL_EXPORTER_OTLP_ENDPOINT is no http or https URL" }],
  ]);
});

describe("OpenTelemetry is loaded only where it is asked for", () => {
  test.each([
    ["without a variable", {}, false],
    [
      "with an endpoint",
      { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", OTEL_TRACES_SAMPLER: "always_off" },
      true,
    ],
  ])("%s", async (_, environment, isLoaded) => {
    using folder = new TemporaryFolder();
    await using sink = await RecordingSink.start();
    await Bun.write(folder.file("config.json"), JSON.stringify(receiverConfig({ url: sink.url })));
    const modules = await modulesAfterServing(folder, environment);
    expect(modules.some((path) => path.includes("@opentelemetry/sdk-trace"))).toBe(isLoaded);
    expect(modules.some((path) => path.includes("@opentelemetry/"))).toBe(isLoaded);
  });
});

/** Every module that a pyroduct has loaded once it has run and served a request. */
async function modulesAfterServing(
  folder: TemporaryFolder,
  environment: Readonly<Record<string, string>>,
): Promise<string[]> {
  const program = join(import.meta.dir, "../../src/cli/program.ts");
  const script = `
    const { runProgram } = await import(${JSON.stringify(program)});
    await runProgram(${JSON.stringify([
      "run",
      folder.file("config.json"),
      "--log.format=json",
      "--server.http.listen-addr=127.0.0.1:0",
      `--storage.path=${folder.path}`,
    ])});
    process.stdout.write(JSON.stringify(Object.keys(require.cache)));
    process.exit(0);`;
  const child = Bun.spawn([process.execPath, "-e", script], {
    env: { PATH: process.env["PATH"], HOME: folder.path, ...environment },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  try {
    const address = await withinMs(20_000, "the start", receiverAddress(child.stderr));
    expect((await sendRaw(address, profile)).status).toBe(200);
    child.kill("SIGTERM");
    return JSON.parse(await withinMs(10_000, "the end", child.stdout.text()));
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
}

async function receiverAddress(log: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of log) {
    text += new TextDecoder().decode(chunk);
    const address = /"component_id":"pyroscope\.receive_http\.r","address":"([^"]+)"/.exec(text)?.[1];
    if (address !== undefined && text.includes('"ready"')) return address;
  }
  throw new Error(`pyroduct ended:\n${text}`);
}

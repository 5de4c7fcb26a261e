import { expect, test } from "bun:test";
import { processFamilies } from "../../src/controller/process_metrics.ts";
import { formatFamilies } from "../../src/telemetry/metric_family.ts";

function numberOf(name: string): number {
  const family = processFamilies().find((one) => one.name === name);
  return family?.samples[0]?.value ?? Number.NaN;
}

test("the process tells what Prometheus' client libraries tell", () => {
  expect(numberOf("process_cpu_seconds_total")).toBeGreaterThan(0);
  expect(numberOf("process_resident_memory_bytes")).toBeGreaterThan(2 ** 20);
  expect(numberOf("process_start_time_seconds")).toBeWithin(Date.now() / 1000 - 3600, Date.now() / 1000 + 1);
});

test("CPU time goes on", () => {
  const before = numberOf("process_cpu_seconds_total");
  const until = performance.now() + 10;
  while (performance.now() < until);
  expect(numberOf("process_cpu_seconds_total")).toBeGreaterThan(before);
});

test("the build is known by its labels", () => {
  expect(formatFamilies(processFamilies())).toMatch(
    /^pyroduct_build_info\{version="\d+\.\d+\.\d+[^"]*",commit="[^"]+",bun="[^"]+"\} 1$/m,
  );
});

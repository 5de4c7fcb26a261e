import { expect, test } from "bun:test";
import { formatFamilies } from "../../src/telemetry/metric_family.ts";
import { defaultBuckets, MetricScope } from "../../src/telemetry/metric_scope.ts";

test("every sample carries the constant labels", async () => {
  const scope = new MetricScope({ component_id: "pyroscope.write.a" });
  scope.counter("c_total", "Counted.", ["endpoint"]).labels({ endpoint: "e" }).inc(3);
  expect(formatFamilies(await scope.families())).toBe(
    '# HELP c_total Counted.\n# TYPE c_total counter\nc_total{component_id="pyroscope.write.a",endpoint="e"} 3\n',
  );
});

test("a counter without labels is there with zero before anything was counted", async () => {
  const scope = new MetricScope({});
  scope.counter("c_total", "Counted.", []);
  expect(formatFamilies(await scope.families())).toContain("\nc_total 0\n");
});

test("asking again for a counter or a histogram yields the one that goes on counting", async () => {
  const scope = new MetricScope({});
  scope.counter("c_total", "Counted.", []).labels({}).inc(2);
  scope.counter("c_total", "Counted.", []).labels({}).inc(3);
  scope.histogram("h", "Measured.", [], [1]).labels({}).observe(0.5);
  scope.histogram("h", "Measured.", [], [1]).labels({}).observe(2);
  const text = formatFamilies(await scope.families());
  expect(text).toContain("\nc_total 5\n");
  expect(text).toContain('\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 2.5\nh_count 2\n');
});

test("a gauge asked for again shows the newest source only", async () => {
  const scope = new MetricScope({});
  scope.gauge("g", "Shown.", [], (gauge) => gauge.labels({}).set(1));
  scope.gauge("g", "Shown.", [], (gauge) => gauge.labels({}).set(2));
  expect(formatFamilies(await scope.families())).toBe("# HELP g Shown.\n# TYPE g gauge\ng 2\n");
});

test("a gauge is read anew at each scrape", async () => {
  let value = 1;
  const scope = new MetricScope({});
  scope.gauge("g", "Shown.", [], (gauge) => gauge.labels({}).set(value));
  await scope.families();
  value = 7;
  expect(formatFamilies(await scope.families())).toEndWith("\ng 7\n");
});

test("the same names in two scopes are two metrics", async () => {
  const one = new MetricScope({ component_id: "one" });
  const other = new MetricScope({ component_id: "other" });
  one.counter("c_total", "Counted.", []).labels({}).inc();
  other.counter("c_total", "Counted.", []).labels({}).inc(5);
  expect(formatFamilies(await one.families())).toContain('c_total{component_id="one"} 1');
});

test("bounds of buckets are written as Go writes them", async () => {
  const scope = new MetricScope({});
  scope.histogram("h", "Measured.", [], [0.005, 1_048_576]).labels({}).observe(1);
  const bounds = [...formatFamilies(await scope.families()).matchAll(/le="([^"]+)"/g)].map(
    ([, bound]) => bound,
  );
  expect(bounds).toEqual(["0.005", "1.048576e+06", "+Inf"]);
});

test("the default buckets are those of Prometheus' client libraries", () => {
  expect(defaultBuckets).toEqual([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]);
});

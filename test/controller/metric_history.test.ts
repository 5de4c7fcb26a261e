import { expect, test } from "bun:test";
import { MetricHistory } from "../../src/controller/metric_history.ts";
import type { MetricFamily } from "../../src/telemetry/metric_family.ts";

function family(type: string, value: number, component = "a"): MetricFamily {
  const name = `m_${type}`;
  return { name, help: "", type, samples: [{ name, labels: { component_id: component }, value }] };
}

function values(families: readonly MetricFamily[]): Record<string, number> {
  const samples = families.flatMap((one) => one.samples);
  return Object.fromEntries(
    samples.map(({ name, labels, value }) => [`${name} ${labels["component_id"]}`, value]),
  );
}

test("what several lives have counted is added up, and what a gauge shows is the living one's", () => {
  const history = new MetricHistory();
  history.note([family("counter", 1), family("histogram", 1), family("gauge", 1)]);
  history.note([family("counter", 3), family("histogram", 4), family("gauge", 5)]);
  history.end();
  expect(values(history.known)).toEqual({ "m_counter a": 3, "m_histogram a": 4 });
  expect(values(history.note([family("counter", 2), family("gauge", 7)]))).toEqual({
    "m_counter a": 5,
    "m_gauge a": 7,
    "m_histogram a": 4,
  });
  history.end();
  history.end();
  expect(values(history.known)).toEqual({ "m_counter a": 5, "m_histogram a": 4 });
});

test("while it can't be asked, all of it stays as it was", () => {
  const history = new MetricHistory();
  history.note([family("counter", 3), family("gauge", 5)]);
  expect(values(history.known)).toEqual({ "m_counter a": 3, "m_gauge a": 5 });
});

test("a component that is no longer there is forgotten", () => {
  const history = new MetricHistory();
  history.note([family("counter", 3, "a"), family("counter", 4, "b")]);
  history.end();
  expect(values(history.note([family("counter", 1, "b")]))).toEqual({ "m_counter b": 5 });
  history.end();
  expect(values(history.known)).toEqual({ "m_counter b": 5 });
});

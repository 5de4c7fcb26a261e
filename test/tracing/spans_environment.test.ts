import { describe, expect, test } from "bun:test";
import { spansWish } from "../../src/telemetry/spans_environment.ts";

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" };
const tracesEndpoint = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://traces:443/otlp/traces" };

describe("spans go", () => {
  test.each([
    ["to the path for traces below the endpoint", endpoint, "http://collector:4318/v1/traces"],
    [
      "below the endpoint's own path",
      { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c/otlp/" },
      "http://c/otlp/v1/traces",
    ],
    [
      "to the traces' own endpoint as it is",
      { ...endpoint, ...tracesEndpoint },
      "https://traces/otlp/traces",
    ],
    [
      "to the endpoint where the traces' own is empty",
      { ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: " " },
      "http://collector:4318/v1/traces",
    ],
    [
      "with credentials that are not shown",
      { OTEL_EXPORTER_OTLP_ENDPOINT: "http://user:hunter2@c:1" },
      "http://c:1/v1/traces",
    ],
    ["by otlp", { ...endpoint, OTEL_TRACES_EXPORTER: "console, otlp" }, "http://collector:4318/v1/traces"],
    [
      "as protobuf, which whoever takes JSON takes too",
      { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" },
      "http://collector:4318/v1/traces",
    ],
    [
      "where the SDK is not disabled in so many words",
      { ...endpoint, OTEL_SDK_DISABLED: "0" },
      "http://collector:4318/v1/traces",
    ],
  ])("%s", (_, environment, destination) => {
    expect(spansWish(environment)).toEqual({ type: "on", destination });
  });
});

describe("nothing is recorded", () => {
  test.each([
    ["without any variable", {}],
    ["without an endpoint", { OTEL_SERVICE_NAME: "pyroduct", OTEL_TRACES_EXPORTER: "otlp" }],
    ["with an empty endpoint", { OTEL_EXPORTER_OTLP_ENDPOINT: "" }],
    ["where only logs have an endpoint", { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://collector:4318" }],
    ["where the SDK is disabled", { ...endpoint, OTEL_SDK_DISABLED: "TRUE" }],
    ["where there is to be no exporter", { ...endpoint, OTEL_TRACES_EXPORTER: "none" }],
  ])("%s", (_, environment) => {
    expect(spansWish(environment)).toEqual({ type: "off" });
  });
});

describe("what is not possible is told by its variable", () => {
  test.each([
    [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, /OTEL_EXPORTER_OTLP_PROTOCOL.*http\/protobuf/],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "grpc" }, /OTEL_EXPORTER_OTLP_TRACES_PROTOCOL/],
    [{ ...endpoint, OTEL_TRACES_EXPORTER: "zipkin" }, /OTEL_TRACES_EXPORTER/],
    [{ ...endpoint, OTEL_TRACES_SAMPLER: "jaeger_remote" }, /OTEL_TRACES_SAMPLER.*parentbased_always_on/],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:hunter2" },
      /^OTEL_EXPORTER_OTLP_ENDPOINT is no http or https URL$/,
    ],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "hunter2" }, /^OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is no/],
  ])("%p", (environment, words) => {
    expect(spansWish(environment)).toEqual({ type: "impossible", problem: expect.stringMatching(words) });
  });
});

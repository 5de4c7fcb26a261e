import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { componentDefinitions } from "../../src/components.ts";
import { configSchema } from "../../src/config/config_schema.ts";
import { loadConfig } from "../../src/config/load_config.ts";
import { formatProblem } from "../../src/config/problem.ts";
import { redact } from "../../src/config/redact.ts";
import { shapeOf } from "../../src/config/schema_shape.ts";
import { secretPlaces } from "./secret_places.ts";

const places = secretPlaces(componentDefinitions);
const schema = shapeOf(configSchema(componentDefinitions));

/** Mistakes that may stand beside a secret, a line each. */
const mistakes = [
  "nmae: x",
  "remote_timeout: 5",
  "url: http://a",
  "url: 'http://a/?x'",
  "name: ${NONE}",
  "basic_auth: 5",
  "headers: [a]",
  "bearer_token: also",
  "- x",
  "a: b: c",
  "'open",
  "}",
  "]",
  "? x",
  "%YAML 1.2",
  "---",
];

/** Ways to write a secret; most are mistakes of their own. */
const writings: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => JSON.stringify(secret),
  (secret) => `[${secret}]`,
  (secret) => `{a: ${secret}}`,
  (secret) => `"\\q${secret}"`,
  (secret) => `"${secret}`,
  (secret) => `${secret}: x`,
  ...["*", "&", "!", "!h!", "!!int ", "!!timestamp ", "|", ">", "@", "`", "%", "? ", "- ", "{", "["].map(
    (sign) => (secret: string) => sign + secret,
  ),
];

/** Everything that pyroduct says of a configuration, right or wrong. */
function everythingSaid(text: string, environment: Readonly<Record<string, string>> = {}): string {
  const loaded = loadConfig(text, componentDefinitions, environment);
  if (!loaded.ok) return loaded.problems.map((problem) => formatProblem("f", problem)).join("\n");
  const shown = loaded.components.map(({ type, label, source }) =>
    redact(schema, { [type]: { [label]: source } }),
  );
  return JSON.stringify(shown);
}

test("there are secrets to look after", () => {
  expect(places.map(({ name }) => name)).toContain("pyroscope.write.x.endpoint.basic_auth.password");
});

describe.each(places.map((place) => [place.name, place] as const))("%s", (_, place) => {
  test("is not told, however it is written", () => {
    const said = writings.map((writing) => everythingSaid(place.text(writing("hunter2x"))));
    expect(said.join("\n")).not.toContain("hunter2");
  });

  test("is not told where it comes from the environment", () => {
    const text = place.text("'${TOKEN}'", ["nmae: '${TOKEN}'"]);
    expect(everythingSaid(text, { TOKEN: "hunter2x" })).not.toContain("hunter2");
  });

  test("is masked where it is shown", () => {
    const shown = JSON.stringify(redact(schema, place.value("hunter2x")));
    expect(shown).toContain('"(secret)"');
    expect(shown).not.toContain("hunter2");
  });
});

test("no secret is told, whatever else is wrong", () => {
  const secret = fc.stringMatching(/^[a-zA-Z0-9]{3,12}$/).map((rest) => `hunter2${rest}`);
  const around = fc.subarray(mistakes, { maxLength: 3 });
  const config = fc
    .tuple(fc.constantFrom(...places), secret, fc.constantFrom(...writings), around, around)
    .map(([place, value, writing, before, after]) => place.text(writing(value), before, after));
  fc.assert(
    fc.property(config, (text) => {
      expect(everythingSaid(text)).not.toContain("hunter2");
    }),
    { numRuns: 500 },
  );
});

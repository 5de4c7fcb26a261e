import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { componentDefinitions } from "../../src/components.ts";
import { configSchema } from "../../src/config/config_schema.ts";
import { loadConfig } from "../../src/config/load_config.ts";
import { explainProblem, formatProblem, problemAsJson } from "../../src/config/problem.ts";
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
  "pw: hunter2inpw",
  "apikey: hunter2inkey",
  "user: x # hunter2incomment",
  "url: http://u:hunter2inurl@a",
  "headers: {X-Token: hunter2inheader, a: 5}",
  "http_headers: {X-A: [hunter2inheader, ",
  "  password: 'hunter2inpassword",
  "token hunter2withoutcolon",
  "basic_auth: hunter2asblock",
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
  if (!loaded.ok) {
    const said = loaded.problems.map((problem) => {
      return (
        formatProblem("f", problem) +
        explainProblem("f", problem) +
        JSON.stringify(problemAsJson("f", problem))
      );
    });
    return said.join("\n");
  }
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

  test("is not told where it stands on the line of a mistake", () => {
    const config = JSON.stringify({ ...(place.value("hunter2x") as object), nonsense: { a: 1 } });
    const cuts = Array.from({ length: 20 }, (_, left) => config.slice(0, config.length - left));
    expect(cuts.map((text) => everythingSaid(text)).join("\n")).not.toContain("hunter2");
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
    { numRuns: 200 },
  );
});

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { componentDefinitions } from "../../src/components.ts";
import { type ArgumentEntry, argumentsOf } from "../../src/config/argument_list.ts";
import { loadConfig } from "../../src/config/load_config.ts";
import { convertSource } from "../../src/convert/convert_source.ts";
import { anyText } from "../base/any_text.ts";
import { printSource } from "./alloy_source.ts";
import { nearlySource, quoted, sourceFiles } from "./alloy_trees.ts";
import { convertFile, examples, namesIn, refused } from "./golden.ts";

function golden(folder: string, name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

describe("a configuration that can be turned", () => {
  test.each(namesIn(examples))("%s: what becomes of it", (name) => {
    const { converted, problems, summary } = convertFile(examples, name);
    expect(problems).toBe("");
    expect(converted.text).toBe(golden(examples, `${name}.yaml`));
    expect(summary).toBe(golden(examples, `${name}.txt`));
  });

  test.each(namesIn(examples))("%s: validate takes it, once its variables and files are there", (name) => {
    const { converted } = convertFile(examples, name);
    const environment = Object.fromEntries(converted.variables.map((variable) => [variable, "x"]));
    const loaded = loadConfig(converted.text ?? "", componentDefinitions, environment);
    const problems = loaded.ok
      ? []
      : loaded.problems.filter(({ message }) => !message.includes("can't be read"));
    expect(problems).toEqual([]);
  });

  test.each(namesIn(examples))("%s: JSON says the same", (name) => {
    const source = golden(examples, `${name}.alloy`);
    const { text, lostComments } = convertSource(source, componentDefinitions, "json");
    expect(JSON.parse(text ?? "")).toEqual(parse(golden(examples, `${name}.yaml`), { merge: true }));
    const comments = source.match(/(?<!:)\/\/|\/\*/g) ?? [];
    expect(lostComments).toBe(comments.length);
  });
});

describe("a configuration that can't be turned", () => {
  const credentials = { PYROSCOPE_USERNAME: "1", PYROSCOPE_PASSWORD: "2" };

  test.each(namesIn(refused))("%s: what is said of it", (name) => {
    const { converted, problems } = convertFile(refused, name);
    expect(converted.problems).not.toEqual([]);
    expect(problems).toBe(golden(refused, `${name}.txt`));
    expect(problems).not.toContain("do not show");
  });

  test.each(["kubernetes", "scrape", "self_profile", "compose", "ebpf_proxy", "modules", "mistakes"])(
    "%s: what of it can be turned",
    (name) => {
      expect(convertFile(refused, name).converted.text).toBe(golden(refused, `${name}.yaml`));
    },
  );

  test.each(["kubernetes", "scrape", "self_profile", "compose", "ebpf_proxy"])(
    "%s: what is left is valid",
    (name) => {
      expect(loadConfig(golden(refused, `${name}.yaml`), componentDefinitions, credentials)).toMatchObject({
        ok: true,
      });
    },
  );
});

describe("arguments", () => {
  const all = componentDefinitions.flatMap((definition) => {
    return argumentsOf(definition).map((entry) => [definition.type, entry.path, entry] as const);
  });

  test.each(all)("%s %s is known", (type, path, entry) => {
    const { problems } = convertSource(sourceWith(type, entry), componentDefinitions, "yaml");
    const told = problems
      .filter((problem) => problem.path === `${type}.x.${path}`)
      .map(({ message }) => message);
    expect(told.filter((message) => /no such|expected a (?:block|value)|only once/.test(message))).toEqual(
      [],
    );
  });
});

/** A component with one argument, in the blocks that lead to it. */
function sourceWith(type: string, { path, type: kind }: ArgumentEntry): string {
  const names = path.split(".");
  const last = names.pop() ?? "";
  const argument = kind.startsWith("block") ? `${last} { }` : `${last} = null`;
  const blocks = names.reduceRight((inner, name) => `${name} {\n${inner}\n}`, argument);
  return `${type} "x" {\n${blocks}\n}`;
}

describe("values are what they were", () => {
  const text = fc.oneof(
    fc.constantFrom(
      "<<",
      "yes",
      "null",
      "1e3",
      "0x1",
      "# a",
      "- a",
      "a: b",
      "*a",
      "&a",
      "!a",
      "%",
      "@",
      "",
      " a ",
      "\n",
      "~",
    ),
    fc.constantFrom("${A}", "$${A}", "${A:-b}", "$1", "${1}", "2001-01-01", "[a]", "{a}", "a #b", "'", '"'),
    anyText().map((one) => one.toWellFormed()),
  );
  const label = text.filter((one) => one !== "__proto__" && !/["\\`\n\r]/.test(one) && one !== "");
  /** What a header can hold. */
  const line = text.filter((one) => /^[\x20-\x7e]*$/.test(one));

  test("in labels, headers and their names", () => {
    fc.assert(
      fc.property(
        fc.dictionary(label, text, { maxKeys: 4 }),
        fc.array(line, { maxLength: 4 }),
        (labels, values) => {
          const fields = Object.entries(labels).map(([name, value]) => `"${name}" = ${quoted(value)}`);
          const source = `pyroscope.write "a" {
          endpoint {
            url = "http://a"
            proxy_url = "http://b"
            proxy_connect_header = { x = [${values.map(quoted).join(", ")}] }
          }
          external_labels = { ${fields.join(", ")} }
        }`;
          for (const format of ["yaml", "json"] as const) {
            const converted = convertSource(source, componentDefinitions, format);
            const loaded = loadConfig(converted.text ?? "", componentDefinitions, { A: "no" });
            const components = loaded.ok ? loaded.components : [];
            const isLine = values.every((value) => /^[\x20-\x7e]*$/.test(value));
            fc.pre(isLine);
            expect(components[0]?.source).toEqual({
              endpoint: [{ url: "http://a", proxy_url: "http://b", proxy_connect_header: { x: values } }],
              external_labels: labels,
            });
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test("in comments, whatever they say", () => {
    fc.assert(
      fc.property(fc.array(text), (comments) => {
        const lines = comments.map((comment) => `// ${comment.replaceAll(/[\r\n]/g, " ")}\n`);
        const plain = 'pyroscope.write "a" {\nendpoint {\nurl = "http://a"\n}\n}\n';
        const source = plain.replaceAll("\n", () => ` ${lines.join("")}\n`);
        const converted = convertSource(`${lines.join("\n")}${source}`, componentDefinitions, "yaml");
        expect(parse(converted.text ?? "", { merge: true })).toEqual({
          "pyroscope.write": { a: { endpoint: { url: "http://a" } } },
        });
      }),
      { numRuns: 100 },
    );
  });
});

describe("variables", () => {
  const variables = (body: string) => {
    const source = `pyroscope.receive_http "a" {\n${body}\nforward_to = [pyroscope.write.a.receiver]\n}
pyroscope.write "a" {\nendpoint {\nurl = sys.env("X")\n}\n}`;
    return convertSource(source, componentDefinitions, "yaml");
  };

  test.each([
    'http {\nlisten_port = sys.env("X")\nlisten_address = sys.env("X")\n}',
    'http {\ntls {\ncipher_suites = sys.env("X")\ncert_pem = sys.env("C")\nkey_pem = sys.env("K")\n}\n}',
    'http {\ntls {\ncert_file = sys.env("C")\nkey_file = "/" + sys.env("K")\n}\n}',
    'http {\nhttp2 {\nenabled = sys.env("X")\n}\n}\ngraceful_shutdown_timeout = sys.env("T") + "s"',
  ])("may stand where no value fits every place: %j", (body) => {
    const { problems, absentFiles, variables: names } = variables(body);
    expect([problems, absentFiles]).toEqual([[], []]);
    expect(names).toContain("X");
  });

  test("hide no mistake of another argument", () => {
    const { problems } = variables('http {\nlisten_port = 70000\nlisten_address = sys.env("A")\n}');
    expect(problems).toMatchObject([{ path: "pyroscope.receive_http.a.http.listen_port" }]);
  });
});

test("of fields with the same name the last one counts", () => {
  const source =
    'pyroscope.write "a" {\nendpoint {\nurl = "http://a"\n}\nexternal_labels = { a = "1", b = "2", a = "3" }\n}';
  const { text } = convertSource(source, componentDefinitions, "json");
  expect(JSON.parse(text ?? "")["pyroscope.write"].a.external_labels).toEqual({ a: "3", b: "2" });
});

test("any text is turned or refused, and what comes of it can be read", () => {
  const known = fc.constantFrom(
    "pyroscope.write",
    "pyroscope.relabel",
    "pyroscope.enrich",
    "local.file",
    "logging",
  );
  const anything = fc.oneof(
    nearlySource,
    sourceFiles.map(printSource),
    fc
      .tuple(known, sourceFiles)
      .map(([type, file]) => `${type} "a" {\nendpoint {\n${printSource(file)}}\n${printSource(file)}}`),
  );
  fc.assert(
    fc.property(anything, (source) => {
      const { text, problems, components } = convertSource(source, componentDefinitions, "yaml");
      expect(text === undefined).toBe(components.length === 0);
      expect(() => parse(text ?? "", { merge: true })).not.toThrow();
      expect(problems.length > 0 || components.length > 0).toBe(true);
    }),
    { numRuns: 300 },
  );
});

import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { parse } from "yaml";
import { testTimeoutMs } from "../wire/bounded.ts";
import { registerParityTests } from "../wire/parity.ts";
import { loadParityRecordings } from "../wire/parity_case.ts";
import type { PyroductConfig } from "../wire/pyroduct_process.ts";
import { convertFile, namesIn } from "./golden.ts";

setDefaultTimeout(testTimeoutMs);

/** The configurations that Alloy was recorded with, in its own language. */
const folder = join(import.meta.dir, "parity");

const configs = Object.fromEntries(namesIn(folder).map((name) => [name, turned(name)]));

test("every configuration that Alloy was recorded with is there", () => {
  expect(Object.keys(configs)).toEqual(Object.keys(loadParityRecordings().configs).toSorted());
});

registerParityTests(configs);

function turned(name: string): PyroductConfig {
  const { converted, problems } = convertFile(folder, name);
  if (problems !== "") throw new Error(problems);
  return parse(converted.text ?? "") as PyroductConfig;
}

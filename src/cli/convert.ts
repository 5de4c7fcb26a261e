import { statSync, writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { CodedError, messageOf } from "../base/failure.ts";
import { componentDefinitions } from "../components.ts";
import { configFile } from "../controller/config_source.ts";
import { convertSource, type OutputFormat, outputFormats } from "../convert/convert_source.ts";
import { Report } from "../convert/report.ts";

/** The flags of `pyroduct convert`. */
interface ConvertOptions {
  /** Where the result goes; standard output where it is undefined. */
  readonly output?: string;
  readonly format: OutputFormat;
  /** Writes what could be turned even where something could not. */
  readonly bypassErrors?: boolean;
}

/** Adds the command `convert`. */
export function addConvert(program: Command, exitWith: (status: number) => void): void {
  program
    .command("convert")
    .description("turn a configuration of Grafana Alloy's into one that does the same")
    .argument("<config>", "a file in Alloy's configuration language, or - for standard input")
    .option("-o, --output <file>", "where to write the result (default: standard output)")
    .addOption(new Option("--format <format>", "what the result is").choices(outputFormats).default("yaml"))
    .option("--bypass-errors", "write what can be turned, even where something can't")
    .action((path: string, options: ConvertOptions) => exitWith(convert(path, options)));
}

/**
 * Turns a configuration of Alloy's into one of pyroduct's, and tells on standard error what became of it.
 *
 * @param path `-` for standard input.
 * @returns the exit status: 1 where something can't be turned, and nothing is written.
 */
function convert(path: string, { output, format, bypassErrors = false }: ConvertOptions): number {
  const { name, isFile, read } = configFile(path);
  const source = read();
  const converted = convertSource(source, componentDefinitions, format);
  const report = new Report(name, source);
  process.stderr.write(report.problems(converted.problems));
  const { text, problems } = converted;
  if (text === undefined || (problems.length > 0 && !bypassErrors)) {
    process.stderr.write(refusal(problems.length, text !== undefined));
    return 1;
  }
  write(text, output, isFile ? path : undefined);
  process.stderr.write(report.summary(converted));
  return 0;
}

function refusal(count: number, isPossible: boolean): string {
  const problems = count === 1 ? "1 problem" : `${count} problems`;
  const advice = isPossible ? "; --bypass-errors writes what can be turned" : "";
  return `${problems}: nothing is written${advice}\n`;
}

function write(text: string, output: string | undefined, source: string | undefined): void {
  if (output === undefined || output === "-") {
    process.stdout.write(text);
    return;
  }
  try {
    // There may be secrets in it: nobody reads it who could not read the source.
    const mode = source === undefined ? 0o600 : statSync(source).mode & 0o666;
    writeFileSync(output, text, { mode });
  } catch (thrown) {
    throw new CodedError("unknown", `can't write ${output}: ${messageOf(thrown)}`);
  }
}

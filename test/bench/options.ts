import { Command, InvalidArgumentError, Option } from "commander";

/** How much of the bench runs: what fits into a minute, all of it, or half an hour of mixed load alone. */
export type BenchForm = "quick" | "full" | "long";

/** How the bench is to run. */
export interface BenchOptions {
  readonly form: BenchForm;
  /** How often each receiver is measured in each row. */
  readonly rounds: number;
  /** How long each receiver is under load in each round. */
  readonly seconds: number;
  /** How long a receiver is under load before its first round in a row. */
  readonly warmUpSeconds: number;
  /** How long where it takes the first load of a kind. */
  readonly firstWarmUpSeconds: number;
  /** Only rows whose name this matches. */
  readonly row: RegExp | undefined;
  /** URL of a receiver that somebody else has started. */
  readonly against: string | undefined;
  /** What it is called; its address unless given. */
  readonly againstName: string | undefined;
  /** Its process. */
  readonly againstPid: number | undefined;
  /** Where it sends each profile to, one port for each of its endpoints: the sink listens there too. */
  readonly sinkPorts: readonly number[];
  /** Leaves a CPU profile in place of all rows. */
  readonly profile: boolean;
  /** The file that gets everything measured. */
  readonly json: string;
  /** Prints the table as Markdown. */
  readonly markdown: boolean;
}

/** What the forms take unless it is given. */
const forms = {
  quick: { rounds: 2, seconds: 0.35, warmUpSeconds: 0, firstWarmUpSeconds: 1.2 },
  full: { rounds: 5, seconds: 3, warmUpSeconds: 1, firstWarmUpSeconds: 4 },
  // A round is a minute: 10 s of each of its loads.
  long: { rounds: 30, seconds: 10, warmUpSeconds: 2, firstWarmUpSeconds: 5 },
};

/** Reads the command line. Prints the help, or what is wrong with the arguments, and ends the process then. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const command = new Command("bun run bench")
    .description("Measures what a profile costs pyroduct's executable, beside nginx and a bare relay on Bun.")
    .addOption(
      new Option("--quick", "the short form, under a minute; fails only beyond 1.5 times a goal").conflicts(
        "long",
      ),
    )
    .option("--long", "half an hour of mixed load alone, to see whether memory grows")
    .option("--rounds <count>", "how often each receiver is measured in each row", positiveInteger)
    .option("--seconds <count>", "how long it is under load each time", positiveNumber)
    .option("--row <pattern>", "only rows whose name this regular expression matches", pattern)
    .option(
      "--against <url>",
      "measures another receiver too, such as Alloy, where nginx is measured; it runs already",
      httpUrl,
    )
    .option("--against-name <name>", "what it is called, its address unless given")
    .option("--against-pid <pid>", "its process, to measure its CPU time and memory", positiveInteger)
    .option(
      "--sink-port <port>",
      "port of 127.0.0.1 that it sends to, to see that nothing is lost; given twice, it is measured in the rows of fan-out 2 instead",
      ports,
    )
    .option(
      "--profile",
      "leaves CPU profiles of pyroduct's source beside the JSON file, and measures nothing",
    )
    .option("--json <file>", "where everything measured goes", "dist/bench.json")
    .option("--markdown", "prints the table as Markdown, with fewer spreads");
  command.parse([...args], { from: "user" });
  const given = command.opts<Partial<BenchOptions> & { quick?: true; long?: true; sinkPort?: number[] }>();
  if (given.against === undefined) refuseWhatNeedsAgainst(command);
  const form = given.quick ? "quick" : given.long ? "long" : "full";
  return {
    form,
    ...forms[form],
    ...(given.rounds === undefined ? {} : { rounds: given.rounds }),
    ...(given.seconds === undefined ? {} : { seconds: given.seconds }),
    row: given.row,
    against: given.against,
    againstName: given.againstName ?? (given.against && new URL(given.against).host),
    againstPid: given.againstPid,
    sinkPorts: given.sinkPort ?? [],
    profile: given.profile ?? false,
    json: given.json ?? "",
    markdown: given.markdown ?? false,
  };
}

function refuseWhatNeedsAgainst(command: Command): void {
  for (const option of command.options) {
    const needsIt = /^--(against-|sink-)/.test(option.long ?? "");
    if (needsIt && command.getOptionValue(option.attributeName()) !== undefined)
      command.error(`error: ${option.long} needs --against`);
  }
}

function positiveInteger(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1) throw new InvalidArgumentError("expected a whole number above 0");
  return number;
}

function positiveNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || number <= 0) throw new InvalidArgumentError("expected a number above 0");
  return number;
}

function ports(text: string, before: readonly number[] = []): number[] {
  const number = positiveInteger(text);
  if (number > 65_535) throw new InvalidArgumentError("expected a port");
  if (before.includes(number)) throw new InvalidArgumentError("expected another port each time");
  return [...before, number];
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, "i");
  } catch {
    throw new InvalidArgumentError("expected a regular expression");
  }
}

function httpUrl(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol !== "http:" || url.pathname !== "/")
    throw new InvalidArgumentError("expected a URL such as http://127.0.0.1:4040");
  return url.origin;
}

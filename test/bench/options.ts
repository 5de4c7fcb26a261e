import { Command, InvalidArgumentError } from "commander";

/** How the bench is to run. */
export interface BenchOptions {
  /** The short form. */
  readonly quick: boolean;
  /** Only the half hour of mixed load. */
  readonly long: boolean;
  /** How often each receiver is measured in each row. */
  readonly rounds: number;
  /** How long each receiver is under load in each round. */
  readonly seconds: number;
  /** Only rows whose name this matches. */
  readonly row: RegExp | undefined;
  /** URL of a receiver that somebody else has started. */
  readonly against: string | undefined;
  /** Its process. */
  readonly againstPid: number | undefined;
  /** Where it is to send to: the sink listens there too. */
  readonly sinkPort: number | undefined;
  /** Leaves a CPU profile in place of all rows. */
  readonly profile: boolean;
  /** The file that gets everything measured. */
  readonly json: string;
  /** Prints the table as Markdown. */
  readonly markdown: boolean;
}

/** Rounds and seconds of the two forms, unless they are given. */
const forms = { quick: { rounds: 2, seconds: 1 }, full: { rounds: 5, seconds: 4 } };

/** Reads the command line. Prints the help, or what is wrong with the arguments, and ends the process then. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const command = new Command("bun run bench")
    .description("Measures what a profile costs pyroduct's executable, beside nginx and a bare relay on Bun.")
    .option("--quick", "the short form, under a minute; fails only beyond 1.5 times a goal", false)
    .option("--long", "half an hour of mixed load, to see whether memory grows, and nothing else", false)
    .option("--rounds <count>", "how often each receiver is measured in each row", positiveInteger)
    .option("--seconds <count>", "how long it is under load each time", positiveInteger)
    .option("--row <pattern>", "only rows whose name this regular expression matches", pattern)
    .option(
      "--against <url>",
      "measures another receiver too, such as Alloy, in rows of pyroduct and nginx",
      httpUrl,
    )
    .option("--against-pid <pid>", "its process, to measure its CPU time and memory", positiveInteger)
    .option("--sink-port <port>", "port of 127.0.0.1 that it sends to, to see that nothing is lost", port)
    .option("--profile", "leaves a CPU profile of pyroduct's source in place of all rows", false)
    .option("--json <file>", "where everything measured goes", "dist/bench.json")
    .option("--markdown", "prints the table as Markdown", false);
  command.parse([...args], { from: "user" });
  const given = command.opts<Partial<BenchOptions>>();
  const quick = given.quick ?? false;
  return {
    quick,
    long: given.long ?? false,
    ...(quick ? forms.quick : forms.full),
    ...(given.rounds === undefined ? {} : { rounds: given.rounds }),
    ...(given.seconds === undefined ? {} : { seconds: given.seconds }),
    row: given.row,
    against: given.against,
    againstPid: given.againstPid,
    sinkPort: given.sinkPort,
    profile: given.profile ?? false,
    json: given.json ?? "",
    markdown: given.markdown ?? false,
  };
}

function positiveInteger(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1) throw new InvalidArgumentError("expected a whole number above 0");
  return number;
}

function port(text: string): number {
  const number = positiveInteger(text);
  if (number > 65_535) throw new InvalidArgumentError("expected a port");
  return number;
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

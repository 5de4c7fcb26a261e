import { join } from "node:path";
import { type Payload, serial } from "./payload.ts";
import { runToEnd } from "./program.ts";

/** What one run of wrk saw. */
export interface WrkRun {
  /** Answers that came whole. */
  readonly requests: number;
  readonly seconds: number;
  /** Answers with a status of 400 and above, and what went wrong with connections. */
  readonly badStatuses: number;
  readonly brokenConnections: number;
  readonly timeouts: number;
  /** Durations of requests in milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** How one run of wrk goes. */
export interface WrkOrder {
  /** Such as `http://127.0.0.1:4040`. */
  readonly url: string;
  readonly payload: Payload;
  readonly connections: number;
  readonly seconds: number;
  /** How long each connection waits before each request on the average; without it not at all. */
  readonly meanWaitMs?: number;
}

/** Marks the line that the script prints and {@link parseWrk} reads. */
const mark = "bench:";

/**
 * wrk's own text rounds and changes units, so the script prints what wrk counted. Waits are spread evenly from zero
 * to twice the mean: equal ones would send all connections' requests at the same time.
 */
const script = `
local function read(name) local file = assert(io.open(os.getenv(name), "rb")); local all = file:read("*a"); file:close(); return all end
wrk.method = "POST"
wrk.path = os.getenv("BENCH_TARGET")
wrk.body = read("BENCH_BODY")
for name, value in os.getenv("BENCH_HEADERS"):gmatch("([^:\\n]+): ([^\\n]+)") do wrk.headers[name] = value end
local mean = tonumber(os.getenv("BENCH_WAIT_MS"))
if mean > 0 then function delay() return math.floor(math.random() * 2 * mean + 0.5) end end
local sets, turn = tonumber(os.getenv("BENCH_LABEL_SETS")), 0
if sets > 1 then
  function request()
    turn = (turn + 1) % sets
    return wrk.format(nil, (wrk.path:gsub("${serial}", turn)))
  end
end
function done(summary, latency)
  local e = summary.errors
  print(string.format("${mark} %d %d %d %d %d %d %d %d", summary.requests, summary.duration, e.status,
    e.connect + e.read + e.write, e.timeout, latency:percentile(50), latency:percentile(99), latency.max))
end
`;

/** Sends one payload over and over with wrk, by one thread. Fails where wrk does. */
export async function runWrk(scratch: string, order: WrkOrder): Promise<WrkRun> {
  const { url, payload, connections, seconds, meanWaitMs = 0 } = order;
  const [scriptFile, bodyFile] = [join(scratch, "bench.lua"), join(scratch, payload.name)];
  await Promise.all([Bun.write(scriptFile, script), Bun.write(bodyFile, payload.body)]);
  const output = await runToEnd(
    // It takes whole seconds only; SIGINT has it end earlier and print as ever.
    ["wrk", "-t1", `-c${connections}`, `-d${Math.ceil(seconds) + 1}s`, "-s", scriptFile, url],
    {
      BENCH_TARGET: payload.target,
      BENCH_BODY: bodyFile,
      BENCH_HEADERS: Object.entries(payload.headers)
        .map((header) => header.join(": "))
        .join("\n"),
      BENCH_LABEL_SETS: String(payload.labelSets ?? 1),
      BENCH_WAIT_MS: String(meanWaitMs),
    },
    1000 * seconds,
  );
  return parseWrk(output);
}

/** Reads what the script printed. Fails where there is no such line. */
export function parseWrk(output: string): WrkRun {
  const line = output.split("\n").find((one) => one.startsWith(mark));
  const numbers = line?.slice(mark.length).trim().split(" ").map(Number) ?? [];
  const [requests, micros, badStatuses, brokenConnections, timeouts, p50, p99, max] = numbers;
  if (
    numbers.length !== 8 ||
    numbers.some((number) => !Number.isFinite(number)) ||
    requests === undefined ||
    micros === undefined ||
    badStatuses === undefined ||
    brokenConnections === undefined ||
    timeouts === undefined ||
    p50 === undefined ||
    p99 === undefined ||
    max === undefined
  )
    throw new Error(`wrk printed no result:\n${output}`);
  return {
    requests,
    seconds: micros / 1e6,
    badStatuses,
    brokenConnections,
    timeouts,
    p50Ms: p50 / 1e3,
    p99Ms: p99 / 1e3,
    maxMs: max / 1e3,
  };
}

import * as v from "valibot";
import { messageOf } from "../../base/failure.ts";
import { type AdminAnswer, type AdminClient, type AdminReply, textOf } from "../admin_client.ts";
import type { AdminFailure } from "../admin_failure.ts";
import { type Finding, failed, ok, skipped } from "./finding.ts";
import { doctorService, sampleIngest } from "./sample_profile.ts";

/** A component of the running pyroduct. */
export interface RunningComponent {
  readonly id: string;
  /** `host:port` where it listens. */
  readonly address: string | undefined;
}

/** What was found of the running pyroduct. */
export interface Running {
  readonly findings: readonly Finding[];
  /** Undefined where none answers. */
  readonly components: readonly RunningComponent[] | undefined;
}

const componentsSchema = v.array(v.object({ localID: v.string(), address: v.optional(v.string()) }));

/** Asks the running pyroduct how it does. `isExpected` is false where it has not been started yet. */
export async function checkRunning(admin: AdminClient, isExpected: boolean): Promise<Running> {
  const check = "admin server";
  const alive = await admin.ask("/-/live");
  if (alive.type === "failure")
    return { findings: [absent(check, alive, isExpected)], components: undefined };
  const [ready, healthy, listed] = await Promise.all([
    admin.ask("/-/ready"),
    admin.ask("/-/healthy"),
    admin.ask("/api/v0/web/components"),
  ]);
  const findings = [ok(check, `pyroduct answers at ${admin.name}`), readyFinding(ready)];
  if (healthy.type === "failure") {
    findings.push(failed("health", healthy.problem, healthy.fix));
    return { findings, components: componentsIn(listed) ?? [] };
  }
  findings.push(...healthFindings(healthy));
  return { findings, components: componentsIn(listed) };
}

function absent(check: string, { kind, problem, fix }: AdminFailure, isExpected: boolean): Finding {
  if (kind === "no_answer" && !isExpected) return skipped(check, `${problem}, as expected`);
  return failed(check, problem, `${fix}; or say that it is not to run yet: --before-start`);
}

function readyFinding(answer: AdminAnswer): Finding {
  if (answer.type === "answer" && answer.status === 200) return ok("ready", "it takes profiles");
  if (answer.type === "failure") return failed("ready", answer.problem, answer.fix);
  return failed("ready", textOf(answer), "wait until it has started; see its log where it does not");
}

function healthFindings(answer: AdminReply): Finding[] {
  if (answer.status === 200) return [ok("health", "every component is healthy")];
  const [, ...lines] = textOf(answer).split("\n");
  return lines.map((line) => {
    const [, id = "health", reason = line] = /^(\S+): (.*)$/.exec(line) ?? [];
    return failed(
      "health",
      `${id}: ${reason}`,
      "see what is said of this component's endpoints, and its lines in the log",
    );
  });
}

function componentsIn(answer: AdminAnswer): RunningComponent[] | undefined {
  if (answer.type !== "answer" || answer.status !== 200) return undefined;
  try {
    const parsed = v.parse(componentsSchema, JSON.parse(textOf(answer)));
    return parsed.map(({ localID, address }) => ({ id: localID, address }));
  } catch {
    // Whatever it is that answers, its components are not known.
    return undefined;
  }
}

/** A receiver that a profile is sent through. */
export interface ReceiverTarget {
  readonly id: string;
  /** `host:port`. */
  readonly address: string;
  readonly isTls: boolean;
  readonly hasAuth: boolean;
  readonly timeoutMs: number;
  readonly nowMs: number;
}

/** Sends a profile through a receiver of the running pyroduct to everything that it is wired to. */
export async function checkReceiver(target: ReceiverTarget): Promise<Finding> {
  const check = "round trip";
  const { id, isTls, hasAuth, timeoutMs, nowMs } = target;
  const address = target.address.replace(/^(?:0\.0\.0\.0|\[::\]|)(?=:\d+$)/, "127.0.0.1");
  const profile = sampleIngest(nowMs);
  const startedAt = performance.now();
  try {
    const response = await fetch(
      `${isTls ? "https" : "http"}://${address}/ingest?name=${doctorService}&${profile.query}`,
      {
        method: "POST",
        headers: { "content-type": profile.contentType ?? "" },
        body: profile.body as Uint8Array<ArrayBuffer>,
        redirect: "manual",
        proxy: false,
        signal: AbortSignal.timeout(timeoutMs),
        // The certificate is this machine's own, and not made for its address.
        ...(isTls ? { tls: { rejectUnauthorized: false } } : {}),
      },
    );
    const took = Math.round(performance.now() - startedAt);
    const text = (await response.text()).slice(0, 200).trim();
    if (hasAuth && response.status === 401) {
      return ok(check, `${id} at ${address} asks who sends, as it should: no profile was sent through it`);
    }
    if (response.status === 200)
      return ok(
        check,
        `a profile went through ${id} at ${address} to all that it forwards to, in ${took} ms`,
      );
    const fix = "see what is said of the endpoints below: the answer is that of a destination, or of a rule";
    return failed(check, `${id} at ${address} answered HTTP ${response.status}: ${text}`, fix);
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "TimeoutError") {
      const fix =
        "see what is said of the endpoints below: the answer waits for all of them, and for further tries";
      return failed(check, `${id} at ${address} had no answer in ${timeoutMs} ms`, fix);
    }
    const problem = messageOf(thrown);
    const isClientCert = isTls && /certificate|ALERT|closed|reset/i.test(problem);
    if (isClientCert)
      return skipped(check, `${id} at ${address} asks for a client certificate, and doctor has none`);
    return failed(
      check,
      `${id} at ${address} does not answer: ${problem}`,
      "see the log of pyroduct, and whether a firewall is in between",
    );
  }
}

import type { Clock } from "../../base/clock.ts";
import { HttpClient, type PostResult } from "../../http/http_client.ts";
import type { RequestContext } from "../../profile/request_context.ts";
import type { Cause } from "../../profile/status.ts";
import { traceOf } from "../../profile/trace_context.ts";
import { configWords } from "../../write/advice_rule.ts";
import { deliveryAdvice } from "../../write/delivery_advice.ts";
import { EndpointTarget } from "../../write/endpoint_target.ts";
import { isSuccess } from "../../write/hedged_post.ts";
import { outgoingIngest } from "../../write/ingest_sender.ts";
import { outgoingPush } from "../../write/push_sender.ts";
import type { EndpointArguments, WriteArguments } from "../../write/schema.ts";
import type { Outgoing } from "../../write/sender.ts";
import { failureText } from "../failure_text.ts";
import { type Finding, failed, ok } from "./finding.ts";
import { doctorService, sampleIngest, samplePush } from "./sample_profile.ts";

/** An endpoint that profiles are sent to. */
export interface ProfileTarget {
  readonly endpoint: EndpointArguments;
  /** The component that it is of. */
  readonly component: WriteArguments;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** What sending profiles found. */
export interface ProfileFindings {
  readonly findings: readonly Finding[];
  /** How far the server's clock is ahead of this machine's, in milliseconds; undefined where it did not tell. */
  readonly aheadMs: number | undefined;
}

/** Sends a profile by /ingest and one by Push, as a pyroscope.write does, once each. */
export async function checkProfiles(target: ProfileTarget): Promise<ProfileFindings> {
  const { endpoint, component, clock } = target;
  const propagation = { traceContext: false, jaeger: false };
  const sender = new EndpointTarget(endpoint, propagation, { clock, onProblem: () => {} });
  const labels = new Map(Object.entries(component.external_labels));
  const request: RequestContext = {
    deadlineAt: clock.now() + target.timeoutMs,
    canceled: undefined,
    isSenderGone: () => false,
    clientAddress: () => undefined,
    forwardedHeaders: new Map(),
    trace: traceOf(null, null),
  };
  const now = clock.wall();
  sender.start();
  try {
    const [ingest, push] = await Promise.all([
      post(target, sender, outgoingIngest(sampleIngest(now), labels, request)),
      post(target, sender, outgoingPush(samplePush(now), labels, request)),
    ]);
    return {
      findings: together(finding("/ingest", ingest, target), finding("Push", push, target)),
      aheadMs: ingest.aheadMs ?? push.aheadMs,
    };
  } finally {
    sender.stop();
  }
}

// What is the same both ways is told once.
function together(ingest: Finding, push: Finding): Finding[] {
  const isSame = ingest.status === "failed" && ingest.detail === push.detail && ingest.fix === push.fix;
  return isSame ? [{ ...ingest, check: "profile" }] : [ingest, push];
}

interface Posted {
  readonly result: PostResult;
  readonly outgoing: Outgoing;
  readonly tookMs: number;
  readonly aheadMs: number | undefined;
}

async function post(target: ProfileTarget, sender: EndpointTarget, outgoing: Outgoing): Promise<Posted> {
  const { endpoint, clock } = target;
  const timeoutMs = Math.min(endpoint.remote_timeout, target.timeoutMs);
  const startedAt = clock.now();
  const result = await new HttpClient(clock).post({
    url: sender.url(outgoing),
    headers: sender.headers(outgoing, timeoutMs, undefined),
    body: outgoing.body,
    timeoutMs,
    abort: new AbortController(),
    isFresh: true,
    followRedirects: endpoint.follow_redirects,
    transport: sender.transport,
  });
  const date = result.type === "answer" ? Date.parse(result.headers.get("date") ?? "") : Number.NaN;
  // The header tells whole seconds: half of one is what is missing on average.
  const aheadMs = Number.isNaN(date) ? undefined : date + 500 - clock.wall();
  return { result, outgoing, tookMs: Math.round(clock.now() - startedAt), aheadMs };
}

function finding(way: string, posted: Posted, { endpoint }: ProfileTarget): Finding {
  const check = `profile by ${way}`;
  const { result, outgoing, tookMs } = posted;
  if (isSuccess(result) && result.type === "answer") {
    if (isWebPage(result)) {
      const fix = "see whether url is right: what answers there is a web page, and no receiver of profiles";
      return failed(check, `HTTP ${result.status} with a web page`, fix);
    }
    return ok(
      check,
      `taken with HTTP ${result.status} in ${tookMs} ms; look for the service ${doctorService}`,
    );
  }
  const cause = causeOf(result, outgoing);
  const delivery = {
    url: endpoint.url,
    hasCredentials: hasCredentials(endpoint),
    location: locationOf(result),
  };
  const said = failureText(cause);
  const detail = delivery.location === undefined ? said : `${said} to ${delivery.location}`;
  return failed(check, detail, deliveryAdvice(cause, delivery, configWords));
}

function causeOf(result: PostResult, outgoing: Outgoing): Cause {
  switch (result.type) {
    case "answer": {
      const code = outgoing.codeOf(result.text);
      const { status, text } = result;
      return { type: "answer", status, text, ...(code === undefined ? {} : { code }) };
    }
    case "timeout":
    case "canceled":
      return { type: "timeout" };
    case "connection":
      return { type: "connection", text: result.text };
  }
}

function isWebPage(result: Extract<PostResult, { type: "answer" }>): boolean {
  return (
    /text\/html/.test(result.headers.get("content-type") ?? "") || /^\s*<(?:!doctype|html)/i.test(result.text)
  );
}

// A redirect may carry a token in its query.
function locationOf(result: PostResult): string | undefined {
  if (result.type !== "answer" || result.status < 300 || result.status > 399) return undefined;
  return result.headers
    .get("location")
    ?.replace(/[?#].*$/s, "")
    .replace(/(?<=:\/\/)[^/@]*@/, "");
}

function hasCredentials(endpoint: EndpointArguments): boolean {
  const { basic_auth, bearer_token, bearer_token_file, authorization, oauth2, headers } = endpoint;
  const blocks = [basic_auth, bearer_token, bearer_token_file, authorization, oauth2];
  return (
    blocks.some((given) => given !== undefined) ||
    Object.keys(headers).some((name) => /^authorization$/i.test(name))
  );
}

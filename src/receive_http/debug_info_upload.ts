import { CodedError, messageOf } from "../base/failure.ts";
import { readAnswer } from "../http/read_answer.ts";
import type { DebugInfoTarget } from "../profile/debug_info_target.ts";
import { describeCause } from "../profile/status.ts";
import { getPath } from "./app.ts";
import type { ConnectCall } from "./connect_call.ts";
import { CountedBody } from "./counted_body.ts";
import { noDebugInfoTarget } from "./debug_info_call.ts";
import { textResponse } from "./serve.ts";

/** What the path of an upload begins with; the build id follows, as one segment. */
const uploadPath = "/debuginfo.v1alpha1.DebuginfoService/Upload/";

/** Request headers that say what the body is. */
const bodyHeaders = ["content-type", "content-encoding", "content-length"] as const;

/**
 * Serves POST /debuginfo.v1alpha1.DebuginfoService/Upload/{gnu_build_id}: the body goes to the first endpoint
 * downstream as it comes, once.
 */
export async function serveUpload(call: ConnectCall): Promise<Response> {
  const { exchange, parts } = call;
  const target = parts.receiver.debugInfo;
  if (target === undefined) {
    parts.onDebugInfo("Upload", new CodedError("unavailable", noDebugInfoTarget));
    return refuse(503, noDebugInfoTarget);
  }
  const body = new CountedBody(exchange.request.body);
  try {
    await upload(target, body, call);
    parts.onDebugInfo("Upload", undefined);
    return new Response(null, body.isEnded ? {} : { headers: { Connection: "close" } });
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    parts.onDebugInfo("Upload", thrown);
    return refuse(thrown.code === "canceled" ? 499 : 502, `${target.destination}: ${thrown.message}`);
  } finally {
    parts.onBody(body.bytes);
  }
}

// The connection closes, because what has not been read of the body stands before the next request.
function refuse(status: number, reason: string): Response {
  return textResponse(status, reason, { Connection: "close" });
}

/** @throws CodedError where the endpoint did not take it; `canceled` where the sender went away. */
async function upload(target: DebugInfoTarget, body: CountedBody, call: ConnectCall): Promise<void> {
  const { exchange, parts } = call;
  const sender = exchange.request.signal;
  const ending = new AbortController();
  let isLate = false;
  const timer = parts.clock.schedule(exchange.deadlineAt - parts.clock.now(), () => {
    isLate = true;
    ending.abort();
  });
  const onGone = () => ending.abort();
  sender.addEventListener("abort", onGone, { once: true });
  if (sender.aborted) onGone();
  try {
    await postUpload(target, body, call, ending.signal);
  } catch (thrown) {
    if (sender.aborted) throw new CodedError("canceled", "the sender went away");
    throw new CodedError("unavailable", isLate ? describeCause({ type: "timeout" }) : messageOf(thrown));
  } finally {
    timer.cancel();
    sender.removeEventListener("abort", onGone);
    // An endpoint that has answered early gets no more of the body.
    ending.abort();
  }
}

async function postUpload(
  target: DebugInfoTarget,
  body: CountedBody,
  { exchange }: ConnectCall,
  signal: AbortSignal,
): Promise<void> {
  const { request } = exchange;
  const path = uploadPath + buildIdOf(request);
  const answer = await target.post({ path, headers: headersOf(request), body, request: exchange, signal });
  const text = await readAnswer(answer);
  const { status } = answer;
  // Only 200 is a success here, as it is for who uploads.
  if (status !== 200)
    throw new CodedError("unavailable", describeCause({ type: "answer", status, text: text.trim() }));
}

function headersOf({ headers }: Request): (readonly [name: string, value: string])[] {
  return bodyHeaders.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
}

/** The last segment of the path as it came; what must not stand in a segment is percent-encoded. */
function buildIdOf(request: Request): string {
  const path = getPath(request);
  const id = path.slice(path.lastIndexOf("/") + 1);
  return id.replaceAll(/[^\w\-.~!$&'()*+,;=:@%]/gu, encodeURIComponent);
}

import { Hono } from "hono";
import { type Clock, sleep } from "../base/clock.ts";
import { CodedError } from "../base/failure.ts";
import type { Controller } from "../controller/controller.ts";
import { formatFamilies } from "../telemetry/metric_family.ts";
import { failureAnswer, wholeNumber } from "./answers.ts";
import type { SampleAnswer } from "./api/sample.ts";
import type { ReceiverAddress } from "./api/status.ts";
import { receiverAddresses } from "./receiver_addresses.ts";
import type { AdminServices } from "./services.ts";

const serviceName = "pyroduct";

/** How long the process is profiled where nothing is said, and at most, in seconds. */
const defaultSeconds = 3;
const mostSeconds = 30;

/** How long the receiver may take, in milliseconds. */
const sendingMs = 15_000;

/** How often the process looks at its own metrics while it is profiled, in milliseconds. */
const workEveryMs = 20;

/** Profiles this process and sends that through its own receiver, so that there is something to see. */
export function sampleRoutes(controller: Controller, { clock, profiler }: AdminServices): Hono {
  const app = new Hono();

  app.post("/", async (context) => {
    const seconds = wholeNumber(context, "seconds", 1, mostSeconds) ?? defaultSeconds;
    const receiver = await openReceiver(controller);
    const { pprof, stacks, from, until } = await profiler.profile(() => work(controller, clock, seconds));
    const query = new URLSearchParams({
      name: serviceName,
      from: String(Math.round(from)),
      until: String(Math.round(until)),
      format: "pprof",
      spyName: serviceName,
    });
    await send(`${receiver.url}/ingest?${query}`, pprof);
    const answer: SampleAnswer = {
      service_name: serviceName,
      seconds,
      stacks,
      bytes: pprof.byteLength,
      receiver: receiver.id,
      address: receiver.url,
    };
    return context.json(answer);
  });

  app.onError((thrown, context) => failureAnswer(context, thrown));
  return app;
}

/** The first receiver that anybody may send to. */
async function openReceiver(controller: Controller): Promise<ReceiverAddress> {
  const receivers = await receiverAddresses(controller, "127.0.0.1");
  const open = receivers.find(({ is_tls, needs_auth }) => !is_tls && !needs_auth);
  if (open !== undefined) return open;
  throw new CodedError(
    "already_exists",
    "there is nobody to send it to: no receiver takes profiles without TLS and credentials",
  );
}

/** Most of the time an idle process does nothing, and there would be nothing to see: so it looks at itself. */
async function work(controller: Controller, clock: Clock, seconds: number): Promise<void> {
  const endsAt = clock.now() + seconds * 1000;
  while (clock.now() < endsAt) {
    formatFamilies(await controller.metrics());
    await sleep(clock, workEveryMs);
  }
}

/** @throws CodedError where it is not taken. */
async function send(url: string, body: Uint8Array): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body: body as Uint8Array<ArrayBuffer>,
    signal: AbortSignal.timeout(sendingMs),
  }).catch((thrown: unknown) => {
    throw new CodedError("unavailable", `it could not be sent to ${url}: ${String(thrown)}`);
  });
  const text = (await response.text()).trim();
  if (!response.ok)
    throw new CodedError("unavailable", `the receiver answered ${response.status} ${text.slice(0, 200)}`);
}

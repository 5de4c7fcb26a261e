import { Hono } from "hono";
import type { Clock, Timer } from "../base/clock.ts";
import { messageOf } from "../base/failure.ts";
import type { Controller } from "../controller/controller.ts";
import type { LiveBody } from "../graph/live_bodies.ts";
import { LabelSelector } from "../profile/label_matcher.ts";
import { failureAnswer, lineAnswer, wholeNumber } from "./answers.ts";
import type { LiveProfiles } from "./api/live.ts";
import type { EventStream } from "./event_stream.ts";
import { LiveView } from "./live_view.ts";
import type { SentProfile } from "./pprof/read_profile.ts";
import { partAnswer } from "./raw_answer.ts";
import { maxNodesOf } from "./selection_query.ts";
import type { AdminServices } from "./services.ts";

const gone = "the profile is no longer kept";

/** How often news of profiles are sent, in milliseconds. */
const everyMs = 250;

/** How often it is told how many there are, even where none is new. */
const atLeastEveryMs = 1000;

/** Profiles in one answer where nothing is said, and at most. */
const defaultLimit = 100;
const maxLimit = 1000;

/** Profiles as they pass. */
export function liveRoutes(controller: Controller, services: AdminServices): Hono {
  const app = new Hono();
  const { clock, streams, worker } = services;

  app.get("/", async (context) => {
    const limit = wholeNumber(context, "limit", 1, maxLimit) ?? defaultLimit;
    const match = context.req.query("match") ?? "";
    // Whoever asks again and again is one viewer.
    const view = new LiveView(controller, match, `list ${match}`);
    const { profiles, sampling } = await view.look(clock.now(), clock.wall());
    const newest = profiles.toReversed().slice(0, limit);
    return context.json({ profiles: newest, sampling } satisfies LiveProfiles);
  });

  app.get("/events", (context) => {
    const match = context.req.query("match") ?? "";
    const parsed = LabelSelector.parse(match);
    if (!parsed.ok) return lineAnswer(context, 400, parsed.problem);
    return streams.open(context.req.raw, (stream) => follow(stream, new LiveView(controller, match), clock));
  });

  app.get("/:id/raw", async (context) => {
    const id = context.req.param("id");
    const body = await controller.observation.liveBody(id);
    if (body === undefined) return lineAnswer(context, 404, gone);
    return partAnswer(await worker.ask("sentPart", sentOf(body), context.req.query("part")), id);
  });

  app.get("/:id/flamegraph", async (context) => {
    const body = await controller.observation.liveBody(context.req.param("id"));
    if (body === undefined) return lineAnswer(context, 404, gone);
    const { type } = context.req.query();
    return context.json(await worker.ask("sentGraph", sentOf(body), type, maxNodesOf(context), clock.wall()));
  });

  app.onError((thrown, context) => failureAnswer(context, thrown));
  return app;
}

/** A Push may bring several profiles in one series: they are alike, and the first one is shown. */
function sentOf({ content_type, content_encoding, name, bodies }: LiveBody): SentProfile {
  return {
    contentType: content_type,
    contentEncoding: content_encoding,
    bytes: bodies[0] ?? new Uint8Array(),
    name,
    units: "",
  };
}

/** Sends what is new until the client has gone; what it returns ends that. */
function follow(stream: EventStream, view: LiveView, clock: Clock): () => void {
  let timer: Timer | undefined;
  let isEnded = false;
  let sentAt = Number.NEGATIVE_INFINITY;
  const look = async () => {
    // Whoever is behind gets all of it later, as far as it is kept.
    if (!stream.isBehind) {
      const now = clock.now();
      const batch = await view.look(now, clock.wall());
      if (batch.profiles.length > 0 || now - sentAt >= atLeastEveryMs) {
        stream.send("profiles", JSON.stringify(batch));
        sentAt = now;
      }
    }
    if (!isEnded) timer = clock.schedule(everyMs, run);
  };
  const run = () => {
    look().catch((thrown: unknown) => {
      stream.send("problem", JSON.stringify(messageOf(thrown)));
      stream.close();
    });
  };
  run();
  return () => {
    isEnded = true;
    timer?.cancel();
  };
}

import { type Context, Hono } from "hono";
import type { DeadLetterBody, QueueOrder } from "../component/queues.ts";
import type { QueueDesk } from "../controller/queue_desk.ts";
import { failureAnswer, lineAnswer, wholeNumber } from "./answers.ts";
import { rawAnswer } from "./raw_answer.ts";

/** Dead letters on one page where nothing is said, and at most. */
const defaultLimit = 100;
const maxLimit = 1000;

/**
 * What is queued, and dead letters. Everything that changes something is a POST or a DELETE, and answers
 * `{"profiles": n}`: how many it moved or dropped.
 */
export function queueRoutes(queues: QueueDesk): Hono {
  const app = new Hono();
  const queueOf = (context: Context) => context.req.param("queue") ?? "";
  const carryOut = async (context: Context, order: QueueOrder) =>
    context.json({ profiles: await queues.order(queueOf(context), order) });

  app.get("/", async (context) => context.json({ queues: await queues.list() }));
  app.get("/:queue", async (context) => context.json(await queues.find(queueOf(context))));
  app.delete("/:queue", (context) => carryOut(context, { type: "drop" }));
  app.post("/:queue/move", async (context) => {
    const to = context.req.query("to");
    if (to === undefined)
      return lineAnswer(context, 400, "the parameter to must name the queue that it goes to");
    return carryOut(context, { type: "move", to });
  });

  app.get("/:queue/dead_letters", async (context) => {
    const limit = wholeNumber(context, "limit", 1, maxLimit) ?? defaultLimit;
    return context.json({ dead_letters: await queues.deadLetters(queueOf(context), limit) });
  });
  app.post("/:queue/dead_letters/resend", (context) =>
    carryOut(context, { type: "resend_letters", to: context.req.query("to") ?? queueOf(context) }),
  );
  app.delete("/:queue/dead_letters", (context) => carryOut(context, { type: "drop_letters" }));

  app.get("/:queue/dead_letters/:id", async (context) => {
    const { letter } = await queues.deadLetter(queueOf(context), context.req.param("id"));
    return context.json(letter);
  });
  app.get("/:queue/dead_letters/:id/body", async (context) =>
    bodyResponse(await queues.deadLetter(queueOf(context), context.req.param("id"))),
  );
  app.post("/:queue/dead_letters/:id/resend", async (context) => {
    const { letter } = await queues.deadLetter(queueOf(context), context.req.param("id"));
    return carryOut(context, {
      type: "resend_letters",
      id: letter.id,
      to: context.req.query("to") ?? queueOf(context),
    });
  });
  app.delete("/:queue/dead_letters/:id", async (context) => {
    const { letter } = await queues.deadLetter(queueOf(context), context.req.param("id"));
    return carryOut(context, { type: "drop_letters", id: letter.id });
  });

  app.onError((thrown, context) => failureAnswer(context, thrown));
  return app;
}

function bodyResponse({ letter, body }: DeadLetterBody): Response {
  const { id, content_type: type, content_encoding: contentEncoding } = letter;
  const contentType = type === "" ? "application/octet-stream" : type;
  return rawAnswer({ bytes: body, fileName: `${id}.bin`, contentType, contentEncoding });
}

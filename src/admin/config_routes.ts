import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { argumentsOf } from "../config/argument_list.ts";
import type { LocatedProblem } from "../config/problem.ts";
import type { Controller } from "../controller/controller.ts";
import { lineAnswer } from "./answers.ts";
import type {
  ConfigProblem,
  ConfigReference,
  ConfigView,
  ReloadAnswer,
  ValidateAnswer,
} from "./api/config.ts";

/** A configuration that is longer was not written for this program. */
const longestConfig = 4 * 1024 * 1024;

interface Refused {
  readonly problems: readonly string[];
  readonly places?: readonly LocatedProblem[];
}

/** The configuration: how it is, how it would be, and the change from one to the other. */
export function configRoutes(controller: Controller): Hono {
  const app = new Hono();
  const { source } = controller;
  const problemsOf = (refused: Refused) => located(refused, source.name);

  app.get("/", (context) => {
    const { running, other, changes, check } = controller.compare();
    const view: ConfigView = {
      name: source.name,
      is_file: source.isFile,
      loaded_at: controller.loadedAtMs,
      running,
      on_disk: other ?? null,
      is_changed: !check.ok || changes.length > 0,
      diff: changes,
      problems: check.ok ? [] : problemsOf(check),
    };
    return context.json(view);
  });

  app.get("/reference", (context) => {
    const components = controller.definitions.map((definition) => ({
      type: definition.type,
      description: definition.description,
      arguments: argumentsOf(definition).map(({ path, type, isRequired, defaultText, description }) => ({
        path,
        type,
        is_required: isRequired,
        default: defaultText ?? null,
        description,
      })),
    }));
    return context.json({ components } satisfies ConfigReference);
  });

  app.post(
    "/validate",
    bodyLimit({
      maxSize: longestConfig,
      onError: (context) => lineAnswer(context, 413, `a configuration has at most ${longestConfig} bytes`),
    }),
    async (context) => {
      const text = await context.req.text();
      const check = controller.check(text === "" ? undefined : text);
      const answer: ValidateAnswer = check.ok
        ? { ok: true, problems: [], components: check.components.length }
        : { ok: false, problems: problemsOf(check), components: 0 };
      return context.json(answer);
    },
  );

  app.post("/reload", async (context) => {
    const result = await controller.reload();
    const answer: ReloadAnswer = result.ok
      ? { ok: true, problems: [] }
      : { ok: false, problems: problemsOf(result) };
    return context.json(answer);
  });

  return app;
}

/** Problems with their places where they have any: those that have come first, each as its text. */
function located({ problems, places = [] }: Refused, file: string): ConfigProblem[] {
  return problems.map((text, index) => {
    const place = places[index];
    if (place === undefined) return { file, line: null, column: null, path: "", message: text, text };
    const { position, path, message } = place;
    return { file, line: position.line, column: position.column, path, message, text };
  });
}

import { useState } from "preact/hooks";
import type { ConfigProblem, ConfigView as ConfigState, DiffLine } from "../../api/config.ts";
import { Problems } from "../config/problems.tsx";
import { Reference } from "../config/reference.tsx";
import { formatMoment } from "../format.ts";
import { ask, ServerProblem } from "../server.ts";
import type { ViewProps } from "../shell.tsx";
import { useAnswer } from "../use_answer.ts";
import { Problem, ViewHead } from "../view_head.tsx";

/** The configuration in use, what is on disk, and whether that can be used. */
export function ConfigView(_: ViewProps) {
  const { answer, problem, again } = useAnswer("GET /api/v0/config", { everyMs: 5000 });
  return (
    <>
      <ViewHead title="Configuration" />
      <Problem text={problem} />
      {answer !== undefined && (
        <>
          <Actions config={answer} onReloaded={again} />
          {answer.problems.length > 0 && (
            <section class="notice bad" aria-label="Problems of the file on disk">
              <p>The file on disk can't be used; the configuration in use stays.</p>
              <Problems problems={answer.problems} />
            </section>
          )}
          {answer.is_changed && answer.diff.length > 0 && <Difference diff={answer.diff} />}
          <section class="panel" aria-labelledby="running">
            <h2 id="running">In use</h2>
            <p class="muted">
              {answer.name}, since {formatMoment(answer.loaded_at)}; secrets are masked
            </p>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
            <pre tabIndex={0}>{answer.running}</pre>
          </section>
        </>
      )}
      <Reference />
    </>
  );
}

interface Outcome {
  readonly isGood: boolean;
  readonly text: string;
  readonly problems: readonly ConfigProblem[];
}

function Actions({ config, onReloaded }: { config: ConfigState; onReloaded: () => void }) {
  const [outcome, setOutcome] = useState<Outcome>();
  const [isBusy, setBusy] = useState(false);

  const perform = async (action: () => Promise<Outcome>) => {
    setBusy(true);
    try {
      setOutcome(await action());
    } catch (thrown) {
      if (!(thrown instanceof ServerProblem)) throw thrown;
      setOutcome({ isGood: false, text: thrown.message, problems: [] });
    } finally {
      setBusy(false);
    }
  };
  const validate = async (): Promise<Outcome> => {
    const { ok, problems, components } = await ask("POST /api/v0/config/validate");
    return {
      isGood: ok,
      problems,
      text: ok ? `The file is right: ${components} components.` : "The file has mistakes:",
    };
  };
  const reload = async (): Promise<Outcome> => {
    const { ok, problems } = await ask("POST /api/v0/config/reload");
    onReloaded();
    return {
      isGood: ok,
      problems,
      text: ok ? "Reloaded: the file on disk is in use." : "Not reloaded, the configuration in use stays:",
    };
  };

  return (
    <section class="panel" aria-label="The file on disk">
      <p>
        {config.is_file ? (
          <>
            <code>{config.name}</code>{" "}
            <span class={`badge ${config.is_changed ? "warn" : "good"}`}>
              {config.is_changed ? "changed on disk" : "as on disk"}
            </span>
          </>
        ) : (
          `${config.name}: there is no file to reload.`
        )}
      </p>
      {config.is_file && (
        <p class="row">
          <button type="button" disabled={isBusy} onClick={() => void perform(validate)}>
            Validate
          </button>
          <button type="button" class="primary" disabled={isBusy} onClick={() => void perform(reload)}>
            Reload
          </button>
        </p>
      )}
      <div role="status">
        {outcome !== undefined && (
          <div class={`notice ${outcome.isGood ? "good" : "bad"}`}>
            <p>{outcome.text}</p>
            <Problems problems={outcome.problems} />
          </div>
        )}
      </div>
    </section>
  );
}

const marks: Readonly<Record<DiffLine["change"], string>> = { same: " ", added: "+", removed: "-" };

function Difference({ diff }: { diff: readonly DiffLine[] }) {
  return (
    <section class="panel" aria-labelledby="difference">
      <h2 id="difference">From what is in use to what is on disk</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre tabIndex={0} class="diff">
        {diff.map(({ change, text }, index) => (
          <span key={index} class={change}>
            {change !== "same" && <span class="visually-hidden">{change}: </span>}
            {`${marks[change]} ${text}\n`}
          </span>
        ))}
      </pre>
    </section>
  );
}

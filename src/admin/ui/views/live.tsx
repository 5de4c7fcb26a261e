import { useRef, useState } from "preact/hooks";
import type { LiveProfile, LiveSampling } from "../../api/live.ts";
import { countNew, mergeLive, refreshLive } from "../live/merge.ts";
import { LiveTable } from "../live/table.tsx";
import { samplingWords } from "../live/words.ts";
import { replaceRoute } from "../navigation.ts";
import type { ViewProps } from "../shell.tsx";
import { useAnswer } from "../use_answer.ts";
import { connectionWords, useStream } from "../use_stream.ts";
import { Problem, ViewHead } from "../view_head.tsx";

/** The profiles that pass now. */
export function LiveView({ parameters }: ViewProps) {
  const match = parameters["match"];
  // Only an answer can say what is wrong with a selector; a stream would just not open.
  const { problem, isAsking } = useAnswer("GET /api/v0/live", { query: { match, limit: 1 } });
  return (
    <>
      <ViewHead title="Live profiles" />
      <Matchers key={match} {...{ match, problem }} />
      {problem === undefined && !isAsking && <Passing key={match} match={match} />}
    </>
  );
}

function Matchers({ match, problem }: { match: string | undefined; problem: string | undefined }) {
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        const text = new FormData(event.currentTarget).get("match")?.toString().trim();
        replaceRoute("live", { match: text });
      }}
    >
      <label class="field grow">
        <span>Labels, as in Prometheus</span>
        <input
          name="match"
          class="mono"
          type="search"
          autocomplete="off"
          spellcheck={false}
          defaultValue={match ?? ""}
          placeholder={'{service_name="shop", env=~"prod|staging"}'}
          aria-invalid={problem !== undefined}
        />
      </label>
      <button type="submit">Filter</button>
      <Problem text={problem} />
    </form>
  );
}

function Passing({ match }: { match: string | undefined }) {
  const [profiles, setProfiles] = useState<readonly LiveProfile[]>([]);
  const [sampling, setSampling] = useState<LiveSampling>();
  const [open, setOpen] = useState<string>();
  const [missed, setMissed] = useState(0);
  const [isPaused, setPaused] = useState(false);
  const [problem, setProblem] = useState<string>();
  // What comes goes on to be gathered while the table stands still.
  const gathered = useRef<readonly LiveProfile[]>([]);
  const isStill = useRef(false);

  const isConnected = useStream(
    "GET /api/v0/live/events",
    { match },
    {
      profiles: (batch) => {
        const before = gathered.current;
        gathered.current = mergeLive(before, batch.profiles);
        setSampling(batch.sampling);
        if (isStill.current) {
          setMissed((count) => count + countNew(before, batch.profiles));
          setProfiles((shown) => refreshLive(shown, batch.profiles));
        } else {
          setProfiles(gathered.current);
        }
        setProblem(undefined);
      },
      problem: setProblem,
    },
  );

  const pause = (next: boolean) => {
    isStill.current = next;
    setPaused(next);
    setMissed(0);
    if (!next) setProfiles(gathered.current);
  };

  // What one reads must not move away.
  const read = (id: string | undefined) => {
    setOpen(id);
    if (id !== undefined && !isPaused) pause(true);
  };

  return (
    <>
      <div class="row live-state">
        <button type="button" aria-pressed={isPaused} onClick={() => pause(!isPaused)}>
          Pause
        </button>
        <span class="muted" role="status">
          {isPaused ? "Paused" : connectionWords(isConnected)}
        </span>
        {isPaused && missed > 0 && <span>{missed} more since</span>}
        {sampling !== undefined && <span class="muted">{samplingWords(sampling)}</span>}
      </div>
      <Problem text={problem} />
      <LiveTable profiles={profiles} open={open} onOpen={read} />
    </>
  );
}

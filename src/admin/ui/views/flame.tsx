import { useMemo, useState } from "preact/hooks";
import type { ProfileTypes } from "../../api/store.ts";
import { Difference } from "../flame/difference.tsx";
import { MergedGraph } from "../flame/merged.tsx";
import { baselineOf, selectionOf } from "../flame/selection.ts";
import { SelectionForm } from "../flame/selection_form.tsx";
import { StoredProfiles } from "../flame/stored_profiles.tsx";
import { replaceRoute } from "../navigation.ts";
import type { ViewProps } from "../shell.tsx";
import { useAnswer } from "../use_answer.ts";
import { Problem, ViewHead } from "../view_head.tsx";

/** Profiles of the local store, merged into flame graphs, compared, and one by one. */
export function FlameView({ parameters }: ViewProps) {
  // “Until now” is fixed until one refreshes, so that all that is seen is of the same profiles.
  const [now, setNow] = useState(Date.now);
  const [search, setSearch] = useState("");
  const selection = useMemo(() => selectionOf(parameters, now), [parameters, now]);
  const baseline = useMemo(() => baselineOf(parameters, now), [parameters, now]);
  const { from, until } = selection;
  const services = useAnswer("GET /api/v0/store/services", { query: { from, until } });
  const types = useAnswer("GET /api/v0/store/types", { query: { ...selection } });
  const type = chosenType(types.answer, parameters["type"]);
  const shown = types.answer?.types.find(({ id }) => id === type);
  const searching = { search, onSearch: setSearch };
  return (
    <>
      <ViewHead title="Flame graphs">
        <label class="field">
          <span>Find a function</span>
          <input type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
        </label>
      </ViewHead>
      <SelectionForm
        {...{ parameters, selection, type }}
        services={services.answer?.services ?? []}
        types={types.answer}
        onChange={(changed) => {
          setNow(Date.now());
          replaceRoute("flame", { ...parameters, ...changed });
        }}
        onRefresh={() => setNow(Date.now())}
      />
      <Problem text={services.problem ?? types.problem} />
      {shown?.is_mergeable === true && type !== undefined && (
        <section class="panel" aria-label="Flame graph">
          {baseline === undefined ? (
            <MergedGraph {...{ selection, type }} {...searching} />
          ) : (
            <Difference {...{ selection, baseline, type }} {...searching} />
          )}
        </section>
      )}
      {shown?.is_mergeable === false && (
        <p class="notice">Profiles of this type can't be merged. They open one by one below.</p>
      )}
      <StoredProfiles key={JSON.stringify([selection, type])} {...{ selection, type }} />
    </>
  );
}

// Processor time is what most look for; of what remains, what most profiles have.
function chosenType(answer: ProfileTypes | undefined, wanted: string | undefined): string | undefined {
  const types = answer?.types ?? [];
  const mergeable = types.filter(({ is_mergeable }) => is_mergeable);
  const byNumber = (mergeable.length > 0 ? mergeable : types).toSorted((a, b) => b.profiles - a.profiles);
  const chosen =
    types.find(({ id }) => id === wanted) ??
    mergeable.find(({ sample_type }) => sample_type === "cpu") ??
    byNumber[0];
  return chosen?.id;
}

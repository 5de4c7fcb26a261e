import { useState } from "preact/hooks";
import type { ProfileTypes, Service } from "../../api/store.ts";
import { useAnswer } from "../use_answer.ts";
import {
  type FlameParameters,
  fromFieldTime,
  ranges,
  type Selection,
  toFieldTime,
  withMatcher,
} from "./selection.ts";

/** Changes some of what the address says. */
export type Change = (changed: Readonly<Record<string, string>>) => void;

/** Chooses which profiles are seen, and what they are compared with. */
export function SelectionForm(props: {
  parameters: FlameParameters;
  selection: Selection;
  services: readonly Service[];
  types: ProfileTypes | undefined;
  type: string | undefined;
  onChange: Change;
  onRefresh: () => void;
}) {
  const { parameters, selection, services, types, type, onChange, onRefresh } = props;
  const service = parameters["service"] ?? "";
  // What the address names may have no profile at that time, or not be known yet.
  const isListed = service === "" || services.some(({ name }) => name === service);
  return (
    <section class="panel selection" aria-label="What is seen">
      <div class="row">
        <label class="field">
          <span>Service</span>
          <select
            value={service}
            onChange={(event) => onChange({ service: event.currentTarget.value, type: "", labels: "" })}
          >
            <option value="">All services</option>
            {!isListed && <option value={service}>{service}</option>}
            {services.map(({ name, profiles }) => (
              <option key={name} value={name}>
                {name} ({profiles})
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>Profile type</span>
          <select value={type ?? ""} onChange={(event) => onChange({ type: event.currentTarget.value })}>
            {type === undefined && <option value="">none</option>}
            {types?.types.map(({ id, is_mergeable }) => (
              <option key={id} value={id}>
                {id}
                {is_mergeable ? "" : " (one by one)"}
              </option>
            ))}
          </select>
        </label>
        <RangeFields prefix="" title="Time" {...{ parameters, onChange }} />
        <button type="button" onClick={onRefresh}>
          Refresh
        </button>
      </div>
      <div class="row">
        <LabelField key={parameters["labels"]} name="labels" title="Labels" {...{ parameters, onChange }} />
        <AddLabel {...{ parameters, selection, onChange }} />
        <CompareFields {...{ parameters, onChange }} />
      </div>
      {types?.is_complete === false && (
        <p class="muted">Not all profiles have been looked into yet: there may be more types soon.</p>
      )}
    </section>
  );
}

function RangeFields(props: {
  prefix: string;
  title: string;
  parameters: FlameParameters;
  onChange: Change;
}) {
  const { prefix, title, parameters, onChange } = props;
  const [from, until] = [parameters[`${prefix}from`], parameters[`${prefix}until`]];
  const isExact = from !== undefined || until !== undefined;
  const choose = (value: string) => {
    if (value !== "exact")
      return onChange({ [`${prefix}range`]: value, [`${prefix}from`]: "", [`${prefix}until`]: "" });
    const now = Date.now();
    onChange({ [`${prefix}from`]: String(now - 3_600_000), [`${prefix}until`]: String(now) });
  };
  return (
    <>
      <label class="field">
        <span>{title}</span>
        <select
          value={isExact ? "exact" : (parameters[`${prefix}range`] ?? "1h")}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          {ranges.map((range) => (
            <option key={range.value} value={range.value}>
              {range.title}
            </option>
          ))}
          <option value="exact">From … until …</option>
        </select>
      </label>
      {isExact &&
        (["from", "until"] as const).map((end) => (
          <label key={end} class="field">
            <span>{end === "from" ? "From" : "Until"}</span>
            <input
              type="datetime-local"
              value={toFieldTime(Number(parameters[`${prefix}${end}`]))}
              onChange={(event) =>
                onChange({ [`${prefix}${end}`]: fromFieldTime(event.currentTarget.value) })
              }
            />
          </label>
        ))}
    </>
  );
}

function LabelField(props: { name: string; title: string; parameters: FlameParameters; onChange: Change }) {
  const { name, title, parameters, onChange } = props;
  return (
    <label class="field grow">
      <span>{title}</span>
      <input
        type="search"
        class="mono"
        autocomplete="off"
        spellcheck={false}
        defaultValue={parameters[name] ?? ""}
        placeholder={'env="prod", pod=~"web-.*"'}
        onChange={(event) => onChange({ [name]: event.currentTarget.value.trim() })}
      />
    </label>
  );
}

function AddLabel(props: { parameters: FlameParameters; selection: Selection; onChange: Change }) {
  const { parameters, selection, onChange } = props;
  const [name, setName] = useState("");
  const query = { ...selection };
  const { answer: labels } = useAnswer("GET /api/v0/store/labels", { query });
  const { answer: values } = useAnswer("GET /api/v0/store/label-values", {
    query: { ...query, name },
    isIdle: name === "",
  });
  return (
    <>
      <label class="field">
        <span>Add a label</span>
        <select value={name} onChange={(event) => setName(event.currentTarget.value)}>
          <option value="">choose…</option>
          {labels?.names.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      {name !== "" && (
        <label class="field">
          <span>Value of {name}</span>
          <select
            value=""
            onChange={(event) => {
              onChange({ labels: withMatcher(parameters["labels"] ?? "", name, event.currentTarget.value) });
              setName("");
            }}
          >
            <option value="">choose…</option>
            {values?.values.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
      )}
    </>
  );
}

function CompareFields({ parameters, onChange }: { parameters: FlameParameters; onChange: Change }) {
  const compare = parameters["compare"] ?? "";
  return (
    <>
      <label class="field">
        <span>Compare with</span>
        <select value={compare} onChange={(event) => onChange({ compare: event.currentTarget.value })}>
          <option value="">nothing</option>
          <option value="before">the time before, equally long</option>
          <option value="range">another time</option>
          <option value="labels">other labels at the same time</option>
        </select>
      </label>
      {compare === "range" && (
        <RangeFields prefix="base_" title="Compared time" {...{ parameters, onChange }} />
      )}
      {(compare === "labels" || compare === "range") && (
        <LabelField
          key={parameters["base_labels"]}
          name="base_labels"
          title="Compared labels; empty for the same"
          {...{ parameters, onChange }}
        />
      )}
    </>
  );
}

import { useState } from "preact/hooks";
import type { ReferenceComponent } from "../../api/config.ts";
import { useAnswer } from "../use_answer.ts";
import { Problem } from "../view_head.tsx";
import { filterReference } from "./filter_reference.ts";

/** Every component and argument that a configuration may have, to search in. */
export function Reference() {
  const { answer, problem } = useAnswer("GET /api/v0/config/reference");
  const [search, setSearch] = useState("");
  const found = filterReference(answer?.components ?? [], search);
  return (
    <section class="panel" aria-labelledby="reference">
      <div class="view-head">
        <h2 id="reference">Reference</h2>
        <label class="field">
          <span>Find an argument</span>
          <input type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
        </label>
      </div>
      <Problem text={problem} />
      {found.map((component) => (
        <Component key={component.type} component={component} isOpen={search !== ""} />
      ))}
      {answer !== undefined && found.length === 0 && <p class="muted">No argument has that in it.</p>}
    </section>
  );
}

function Component({ component, isOpen }: { component: ReferenceComponent; isOpen: boolean }) {
  return (
    <details open={isOpen}>
      <summary>
        <code>{component.type}</code> <span class="muted">{component.description}</span>
      </summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Argument</th>
              <th scope="col">Type</th>
              <th scope="col">Default</th>
              <th scope="col">Meaning</th>
            </tr>
          </thead>
          <tbody>
            {component.arguments.map(({ path, type, is_required, default: standard, description }) => (
              <tr key={path}>
                <th scope="row" class="mono">
                  {path}
                </th>
                <td>{type}</td>
                <td class="mono">{is_required ? "required" : standard}</td>
                <td>{description}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

import type { LiveProfile } from "../../api/live.ts";
import { formatBytes, formatClock, formatLabels } from "../format.ts";
import { LiveDetails } from "./details.tsx";
import { destinationOf, statusWords, whyNot } from "./words.ts";

/** How many rows are drawn; more than one reads, few enough for a browser to draw four times a second. */
const maxRows = 100;

/** Profiles as they passed, the newest first; one of them may be open. */
export function LiveTable(props: {
  profiles: readonly LiveProfile[];
  open: string | undefined;
  onOpen: (id: string | undefined) => void;
}) {
  const { profiles, open, onOpen } = props;
  return (
    <section class="panel scroll" aria-label="Profiles, the newest first">
      <table class="live-table">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Service</th>
            <th scope="col">Labels</th>
            <th scope="col">Kind</th>
            <th scope="col" class="number">
              Size
            </th>
            <th scope="col">Sender</th>
            <th scope="col">What became of it</th>
          </tr>
        </thead>
        {profiles.slice(0, maxRows).map((profile) => (
          <Row
            key={profile.id}
            profile={profile}
            isOpen={profile.id === open}
            onToggle={() => onOpen(profile.id === open ? undefined : profile.id)}
          />
        ))}
      </table>
      {profiles.length === 0 && <p class="muted">No profile that matches has passed yet.</p>}
    </section>
  );
}

function Row(props: { profile: LiveProfile; isOpen: boolean; onToggle: () => void }) {
  const { profile, isOpen, onToggle } = props;
  const { text, tone } = statusWords[profile.status];
  const why = whyNot(profile);
  const otherLabels = withoutNames(profile.labels);
  return (
    <tbody class={isOpen ? "open" : ""}>
      <tr>
        <td class="number">{formatClock(profile.time)}</td>
        <td>
          <button type="button" class="plain" aria-expanded={isOpen} onClick={onToggle}>
            {profile.service_name === "" ? "(no name)" : profile.service_name}
          </button>
        </td>
        <td class="mono live-labels">{formatLabels(otherLabels)}</td>
        <td>{[profile.kind, profile.format].filter((one) => one !== "").join(" ")}</td>
        <td class="number">{formatBytes(profile.bytes)}</td>
        <td class="mono">{profile.sender}</td>
        <td>
          <div class="live-outcome">
            <span class={`badge ${tone}`}>{text}</span>{" "}
            {why === undefined ? (
              <span class="muted">{profile.deliveries.map(attemptsAt).join(", ")}</span>
            ) : (
              <span class="live-why">{why}</span>
            )}
          </div>
        </td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={7}>
            <LiveDetails profile={profile} />
          </td>
        </tr>
      )}
    </tbody>
  );
}

function attemptsAt(delivery: LiveProfile["deliveries"][number]): string {
  return delivery.attempts > 1 ? `${destinationOf(delivery)} ×${delivery.attempts}` : destinationOf(delivery);
}

// The service has a column of its own, and these two say little more.
function withoutNames(labels: LiveProfile["labels"]): LiveProfile["labels"] {
  const { service_name: _, __name__: __, app_name: ___, ...others } = labels;
  return others;
}

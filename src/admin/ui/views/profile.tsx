import { formatBytes } from "../format.ts";
import { replaceRoute } from "../navigation.ts";
import { fillPath } from "../request_path.ts";
import type { Route } from "../route.ts";
import type { ViewProps } from "../shell.tsx";
import { useAnswer } from "../use_answer.ts";
import { Problem, ViewHead } from "../view_head.tsx";

/** One profile, stored, live or merged, as speedscope shows it. */
export function ProfileView({ parameters }: ViewProps) {
  const { id, part } = parameters;
  const { answer, problem } = useAnswer("GET /api/v0/profiles/:id/parts", {
    path: { id: id ?? "" },
    isIdle: id === undefined,
  });
  const parts = answer?.parts ?? [];
  const raw = rawUrl(parameters);
  const title = parameters["title"] ?? "profile";
  const viewer = `/speedscope/#${new URLSearchParams({ profileURL: raw, title }).toString().replaceAll("+", "%20")}`;
  return (
    <>
      <ViewHead title={`Profile of ${title}`}>
        <div class="row">
          {parts.length > 1 && (
            <label class="field">
              <span>Part of the request</span>
              <select
                value={part ?? parts.find(({ is_profile }) => is_profile)?.name}
                onChange={(event) =>
                  replaceRoute("profile", { ...parameters, part: event.currentTarget.value })
                }
              >
                {parts.map(({ name, format, bytes }) => (
                  <option key={name} value={name}>
                    {name} ({format}, {formatBytes(bytes)})
                  </option>
                ))}
              </select>
            </label>
          )}
          <a class="button" href={viewer} target="_blank" rel="noreferrer">
            Open in a window of its own
          </a>
          <a class="button" href={raw} download>
            Download
          </a>
        </div>
      </ViewHead>
      <Problem text={problem} />
      <iframe key={viewer} class="speedscope" src={viewer} title={`Flame graph of ${title} in speedscope`} />
    </>
  );
}

function rawUrl({ id, live, merged, part }: Route["parameters"]): string {
  // Only what comes from this server: the address is anybody's to write.
  if (merged?.startsWith("/api/v0/store/pprof?")) return merged;
  if (live !== undefined) return fillPath("/api/v0/live/:id/raw", { id: live }, { part });
  return fillPath("/api/v0/profiles/:id/raw", { id: id ?? "" }, { part });
}

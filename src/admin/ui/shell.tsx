import type { FunctionComponent } from "preact";
import type { Status } from "../api/status.ts";
import { currentRoute } from "./navigation.ts";
import { formatRoute, type Route, type ViewName } from "./route.ts";
import { ThemeChoice } from "./theme.tsx";
import { useAnswer } from "./use_answer.ts";
import { Problem } from "./view_head.tsx";
import { ConfigView } from "./views/config.tsx";
import { FlameView } from "./views/flame.tsx";
import { FlowView } from "./views/flow.tsx";
import { LiveView } from "./views/live.tsx";
import { ProfileView } from "./views/profile.tsx";
import { QueuesView } from "./views/queues.tsx";
import { StartView } from "./views/start.tsx";

/** What every view is given. */
export interface ViewProps {
  readonly status: Status;
  readonly parameters: Route["parameters"];
}

interface View {
  readonly title: string;
  readonly show: FunctionComponent<ViewProps>;
  /** Whether there is a link to it at the top. */
  readonly isListed: (status: Status, hasQueues: boolean) => boolean;
}

const views: Readonly<Record<ViewName, View>> = {
  flow: { title: "Flow", show: FlowView, isListed: () => true },
  live: { title: "Live profiles", show: LiveView, isListed: () => true },
  flame: { title: "Flame graphs", show: FlameView, isListed: ({ stores }) => stores.length > 0 },
  profile: { title: "Profile", show: ProfileView, isListed: () => false },
  queues: { title: "Queues", show: QueuesView, isListed: (_, hasQueues) => hasQueues },
  config: { title: "Configuration", show: ConfigView, isListed: () => true },
  start: { title: "Send profiles", show: StartView, isListed: () => true },
};

/** How often the head of the page looks how things are, in milliseconds. */
const statusEveryMs = 5000;

/** What is around every view: the name, the links between views, and what is wrong. */
export function Shell() {
  const { answer: status, problem } = useAnswer("GET /api/v0/status", { everyMs: statusEveryMs });
  const { answer: queued } = useAnswer("GET /api/v0/queues", { everyMs: statusEveryMs });
  const hasQueues = (queued?.queues.length ?? 0) > 0;
  const route = currentRoute.value ?? (status && { view: firstView(status), parameters: {} });
  return (
    <>
      <button type="button" class="skip-link" onClick={skipToContent}>
        Skip to content
      </button>
      <header class="shell-head">
        <a class="shell-name" href="#/flow">
          pyroduct
        </a>
        <nav class="shell-nav" aria-label="Views">
          <ul>
            {status !== undefined &&
              (Object.keys(views) as ViewName[])
                .filter((name) => views[name].isListed(status, hasQueues))
                .map((name) => (
                  <li key={name}>
                    <a href={formatRoute(name)} aria-current={route?.view === name ? "page" : undefined}>
                      {views[name].title}
                    </a>
                  </li>
                ))}
          </ul>
        </nav>
        {status !== undefined && <HealthLink status={status} />}
        <ThemeChoice />
      </header>
      <main id="content" tabIndex={-1}>
        <Problem text={problem} />
        {status !== undefined && route !== undefined && <Shown status={status} route={route} />}
      </main>
    </>
  );
}

function Shown({ status, route }: { status: Status; route: Route }) {
  const Show = views[route.view].show;
  return <Show key={route.view} status={status} parameters={route.parameters} />;
}

function HealthLink({ status }: { status: Status }) {
  const { length } = status.unhealthy;
  const text = length === 0 ? "All healthy" : `${length} unhealthy`;
  return (
    <a href={formatRoute("flow")} class={`badge ${length === 0 ? "good" : "bad"}`} title={reasons(status)}>
      {text}
    </a>
  );
}

function reasons({ unhealthy }: Status): string {
  return unhealthy.map(({ id, reason }) => `${id}: ${reason}`).join("\n");
}

// Who has just started it wants to send something; everybody else wants to see how things are.
function firstView({ is_first_run, stored_profiles }: Status): ViewName {
  return is_first_run && stored_profiles === 0 ? "start" : "flow";
}

// A link would change the address, which holds the view.
function skipToContent(): void {
  document.getElementById("content")?.focus();
}

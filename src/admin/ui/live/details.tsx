import type { LiveProfile } from "../../api/live.ts";
import { formatBytes, formatMoment } from "../format.ts";
import { formatRoute } from "../route.ts";
import { deliveryWords, destinationOf, ruleWords } from "./words.ts";

/** All that is known of a profile that passed: why it was dropped, and how it went at each destination. */
export function LiveDetails({ profile }: { profile: LiveProfile }) {
  return (
    <div class="live-details">
      {profile.refused !== null && (
        <p class="notice bad">
          Refused, and nothing of its request was sent: <strong>{profile.refused}</strong>
        </p>
      )}
      {profile.drops.map((drop) => (
        <div key={drop.component} class="notice">
          <p>
            Dropped by <ComponentLink id={drop.component} />: <strong>{drop.reason}</strong>
          </p>
          {drop.rule !== null && <p class="mono">{ruleWords(drop)}</p>}
        </div>
      ))}
      <div class="live-columns">
        <section>
          <h3>Destinations</h3>
          {profile.deliveries.length === 0 && <p class="muted">It went to none.</p>}
          <ul class="plain-list">
            {profile.deliveries.map((delivery) => (
              <li key={`${delivery.component} ${delivery.endpoint}`}>
                <strong>{destinationOf(delivery)}</strong> <ComponentLink id={delivery.component} />
                <br />
                <span class={`badge ${delivery.outcome === "failed" ? "bad" : "good"}`}>
                  {deliveryWords(delivery)}
                </span>
              </li>
            ))}
          </ul>
        </section>
        <section>
          <h3>Labels as received</h3>
          <dl class="facts mono">
            {Object.entries(profile.labels).map(([name, value]) => (
              <Label key={name} {...{ name, value }} />
            ))}
          </dl>
        </section>
        <section>
          <h3>The profile</h3>
          <dl class="facts">
            <dt>Received</dt>
            <dd>
              {formatMoment(profile.time)} by <ComponentLink id={profile.receiver} />
            </dd>
            <dt>Content</dt>
            <dd>
              {[profile.kind, profile.format, profile.content_type].filter((one) => one !== "").join(", ")};{" "}
              {profile.samples === 1 ? "1 profile" : `${profile.samples} profiles`} of{" "}
              {formatBytes(profile.bytes)}
            </dd>
            <dt>Sender</dt>
            <dd>{profile.sender === "" ? "not known" : profile.sender}</dd>
          </dl>
          {profile.has_body && (
            <a
              class="button primary"
              href={formatRoute("profile", { live: profile.id, title: profile.service_name })}
            >
              Open the flame graph
            </a>
          )}
        </section>
      </div>
    </div>
  );
}

function Label({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function ComponentLink({ id }: { id: string }) {
  return <a href={formatRoute("flow", { component: id })}>{id}</a>;
}

import { useEffect, useState } from "preact/hooks";
import type { ReceiverAddress } from "../../api/status.ts";
import { goTo } from "../navigation.ts";
import type { ViewProps } from "../shell.tsx";
import { CopyButton } from "../start/copy_button.tsx";
import { SampleButton } from "../start/sample_button.tsx";
import { type Snippet, snippetsFor } from "../start/snippets.ts";
import { useAnswer } from "../use_answer.ts";
import { ViewHead } from "../view_head.tsx";

/** How often it looks whether a first profile has come, in milliseconds. */
const lookEveryMs = 1000;

/** How to send profiles here, in lines to copy. Goes to the flame graph when the first profile has come. */
export function StartView({ status }: ViewProps) {
  const { receivers } = status;
  const [chosen, setChosen] = useState<string>();
  const receiver = receivers.find(({ id }) => id === chosen) ?? receivers[0];
  const hasStore = status.stores.length > 0;
  const [isFirst] = useState(status.stored_profiles === 0 && hasStore);
  return (
    <>
      <ViewHead title="Send profiles" />
      {isFirst && <Waiting />}
      <section class="panel" aria-label="A sample">
        <p>Nothing to send yet? pyroduct can profile itself, and show what came of it.</p>
        <p class="row">
          <SampleButton hasStore={hasStore} />
        </p>
      </section>
      {receivers.length > 1 && (
        <label class="field">
          <span>Receiver</span>
          <select value={receiver?.id} onChange={(event) => setChosen(event.currentTarget.value)}>
            {receivers.map(({ id, url }) => (
              <option key={id} value={id}>
                {id} ({url})
              </option>
            ))}
          </select>
        </label>
      )}
      {receiver === undefined ? (
        <p class="notice bad">Nothing receives profiles: the configuration has no pyroscope.receive_http.</p>
      ) : (
        <Snippets receiver={receiver} />
      )}
    </>
  );
}

function Waiting() {
  const { answer } = useAnswer("GET /api/v0/status", { everyMs: lookEveryMs });
  const hasCome = (answer?.stored_profiles ?? 0) > 0;
  const services = useAnswer("GET /api/v0/store/services", { isIdle: !hasCome });
  useEffect(() => {
    const newest = services.answer?.services.toSorted((a, b) => b.last_received_at - a.last_received_at)[0];
    if (newest !== undefined) goTo("flame", { service: newest.name });
  }, [services.answer]);
  return (
    <p class="notice" role="status">
      Waiting for the first profile… The page goes to its flame graph when it has come.
    </p>
  );
}

function Snippets({ receiver }: { receiver: ReceiverAddress }) {
  const snippets = snippetsFor(receiver.url);
  return (
    <>
      <p>
        Send profiles to <code>{receiver.url}</code>
        {receiver.needs_auth && ", with a user and a password or a token: the receiver asks for them"}.
      </p>
      <div class="snippets">
        {snippets.map((snippet) => (
          <SnippetPanel key={snippet.name} snippet={snippet} />
        ))}
      </div>
    </>
  );
}

function SnippetPanel({ snippet: { name, install, code } }: { snippet: Snippet }) {
  return (
    <section class="panel snippet" aria-label={name}>
      <div class="view-head">
        <h2>{name}</h2>
        <CopyButton text={code} what={`the lines for ${name}`} />
      </div>
      {install !== "" && <Lines text={install} />}
      <Lines text={code} />
    </section>
  );
}

function Lines({ text }: { text: string }) {
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
  return <pre tabIndex={0}>{text}</pre>;
}

import { useState } from "preact/hooks";
import { goTo } from "../navigation.ts";
import { ask, ServerProblem } from "../server.ts";
import { Problem } from "../view_head.tsx";

/** Has pyroduct profile itself, and goes to what comes of that. */
export function SampleButton({ hasStore }: { hasStore: boolean }) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const send = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { service_name } = await ask("POST /api/v0/sample");
      if (hasStore) goTo("flame", { service: service_name });
      else goTo("live", { match: `{service_name=${JSON.stringify(service_name)}}` });
    } catch (thrown) {
      if (!(thrown instanceof ServerProblem)) throw thrown;
      setProblem(thrown.message);
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" class="primary" disabled={isBusy} onClick={() => void send()}>
        Send me a sample
      </button>
      <span role="status" class="muted">
        {isBusy ? "pyroduct profiles itself for three seconds…" : ""}
      </span>
      <Problem text={problem} />
    </>
  );
}

import { useCallback, useEffect, useState } from "preact/hooks";
import type { Endpoints } from "../api/endpoints.ts";
import { ask, type Question, ServerProblem } from "./server.ts";

/** What came of asking: the newest answer stays while the next one is under way. */
export interface Asked<Answer> {
  readonly answer: Answer | undefined;
  readonly problem: string | undefined;
  readonly isAsking: boolean;
  /** Asks again now. */
  readonly again: () => void;
}

/** How one asks. */
export interface Asking extends Omit<Question, "body" | "signal"> {
  /** Asks again so often, in milliseconds, while the page is in sight. */
  readonly everyMs?: number;
  /** Nothing is asked while this is so. */
  readonly isIdle?: boolean;
}

/** Asks an endpoint when the component appears and whenever the question changes. */
export function useAnswer<Endpoint extends keyof Endpoints & `GET ${string}`>(
  endpoint: Endpoint,
  { path, query, everyMs, isIdle = false }: Asking = {},
): Asked<Endpoints[Endpoint]> {
  const [state, setState] = useState<{ answer?: Endpoints[Endpoint]; problem?: string; isAsking: boolean }>({
    isAsking: !isIdle,
  });
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((count) => count + 1), []);
  const key = JSON.stringify([endpoint, path, query]);

  // The key stands for path and query, the round for what `again` asks.
  useEffect(() => {
    if (isIdle) return;
    const abort = new AbortController();
    const look = () => {
      setState((before) => ({ ...before, isAsking: true }));
      const question = { ...(path && { path }), ...(query && { query }), signal: abort.signal };
      ask(endpoint, question).then(
        (answer) => setState({ answer, isAsking: false }),
        (thrown: unknown) => {
          if (abort.signal.aborted) return;
          if (!(thrown instanceof ServerProblem)) throw thrown;
          setState((before) => ({ ...before, problem: thrown.message, isAsking: false }));
        },
      );
    };
    look();
    const timer =
      everyMs === undefined
        ? undefined
        : setInterval(() => document.visibilityState === "visible" && look(), everyMs);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [key, everyMs, isIdle, round]);

  return { answer: state.answer, problem: state.problem, isAsking: state.isAsking, again };
}

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

interface State<Answer> {
  /** The question that this is of. */
  readonly key: string;
  readonly answer?: Answer;
  readonly problem?: string;
  readonly isAsking: boolean;
}

/** Asks an endpoint when the component appears and whenever the question changes. */
export function useAnswer<Endpoint extends keyof Endpoints & `GET ${string}`>(
  endpoint: Endpoint,
  { path, query, everyMs, isIdle = false }: Asking = {},
): Asked<Endpoints[Endpoint]> {
  const key = JSON.stringify([endpoint, path, query]);
  const [state, setState] = useState<State<Endpoints[Endpoint]>>({ key, isAsking: true });
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((count) => count + 1), []);

  // The key stands for path and query, the round for what `again` asks.
  useEffect(() => {
    if (isIdle) return;
    const abort = new AbortController();
    const look = () => {
      setState((before) => ({ ...before, isAsking: true }));
      const question = { ...(path && { path }), ...(query && { query }), signal: abort.signal };
      ask(endpoint, question).then(
        (answer) => setState({ key, answer, isAsking: false }),
        (thrown: unknown) => {
          if (abort.signal.aborted) return;
          if (!(thrown instanceof ServerProblem)) throw thrown;
          setState((before) => ({ ...before, key, problem: thrown.message, isAsking: false }));
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

  // What is known is of the question before, until the effect has run and the answer has come.
  const isOfNow = state.key === key;
  return {
    answer: state.answer,
    problem: isOfNow ? state.problem : undefined,
    isAsking: !isIdle && (state.isAsking || !isOfNow),
    again,
  };
}

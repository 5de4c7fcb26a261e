import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { Endpoints } from "../../api/endpoints.ts";
import type { QueueOrderAnswer } from "../../api/queues.ts";
import { Confirm } from "../confirm.tsx";
import { ask, type Question, ServerProblem } from "../server.ts";

/** The endpoints that move, send again or drop what is queued. */
type OrderEndpoint = {
  [Name in keyof Endpoints]: Endpoints[Name] extends QueueOrderAnswer ? Name : never;
}[Exclude<keyof Endpoints, `GET ${string}`>];

/** Something to be done with a queue. */
export interface Order {
  readonly endpoint: OrderEndpoint;
  readonly question: Question;
  /** What is asked first; nothing where it can be undone. */
  readonly confirm?: string;
  /** What the button says that does it. */
  readonly action: string;
  /** What is said when it is done, of so many. */
  readonly done: (profiles: number) => string;
}

/**
 * Carries out orders, and asks first where there is no way back.
 *
 * @param onDone called when something may have changed.
 * @returns `order`, and what is to be drawn: the question, or what came of it.
 */
export function useOrders(onDone: () => void): { order: (order: Order) => void; shown: VNode } {
  const [asked, setAsked] = useState<Order>();
  const [said, setSaid] = useState<{ readonly text: string; readonly isGood: boolean }>();

  const carryOut = async ({ endpoint, question, done }: Order) => {
    setAsked(undefined);
    try {
      const { profiles } = await ask(endpoint, question);
      setSaid({ text: done(profiles), isGood: true });
    } catch (thrown) {
      if (!(thrown instanceof ServerProblem)) throw thrown;
      setSaid({ text: thrown.message, isGood: false });
    }
    onDone();
  };

  return {
    order: (order) => (order.confirm === undefined ? void carryOut(order) : setAsked(order)),
    shown: (
      <>
        <div role="status">
          {said !== undefined && <p class={`notice ${said.isGood ? "good" : "bad"}`}>{said.text}</p>}
        </div>
        {asked?.confirm !== undefined && (
          <Confirm
            question={asked.confirm}
            action={asked.action}
            onConfirm={() => void carryOut(asked)}
            onCancel={() => setAsked(undefined)}
          />
        )}
      </>
    ),
  };
}

/** `1 profile`, `3 profiles`. */
export function profilesWords(count: number): string {
  return count === 1 ? "1 profile" : `${count} profiles`;
}

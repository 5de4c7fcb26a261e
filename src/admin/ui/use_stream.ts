import { useEffect, useState } from "preact/hooks";
import type { EventStreams } from "../api/events.ts";
import { listen, type Question } from "./server.ts";

/**
 * Listens to server-sent events while the component is there and the page is in sight, so that nobody is sent
 * what nobody sees.
 *
 * @returns whether there is a connection; undefined before the first.
 */
export function useStream<Stream extends keyof EventStreams>(
  stream: Stream,
  query: Question["query"],
  handlers: { readonly [Name in keyof EventStreams[Stream]]: (data: EventStreams[Stream][Name]) => void },
): boolean | undefined {
  const [isConnected, setConnected] = useState<boolean>();
  const isVisible = useIsVisible();
  const key = JSON.stringify(query);
  // The key stands for the query; the handlers only set state, so that the first ones will do.
  useEffect(
    () => (isVisible ? listen(stream, query, handlers, setConnected) : undefined),
    [stream, key, isVisible],
  );
  return isConnected;
}

function useIsVisible(): boolean {
  const [isVisible, setVisible] = useState(document.visibilityState === "visible");
  useEffect(() => {
    const look = () => setVisible(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return isVisible;
}

/** Says whether what is to be seen is live. */
export function connectionWords(isConnected: boolean | undefined): string {
  if (isConnected === undefined) return "Connecting…";
  return isConnected ? "Live" : "Connection lost, trying again…";
}

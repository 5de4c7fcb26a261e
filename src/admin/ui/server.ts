import type { Endpoints } from "../api/endpoints.ts";
import type { EventStreams } from "../api/events.ts";
import { fillPath } from "./request_path.ts";

/** What one asks an endpoint for. */
export interface Question {
  /** What stands in the path for `:id`. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** The server refused or could not be reached; the message is for the reader. */
export class ServerProblem extends Error {
  override readonly name = "ServerProblem";
  /** 0 where there was no answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Asks the admin server.
 *
 * @throws ServerProblem for any status but 200, with the server's own words.
 */
export async function ask<Endpoint extends keyof Endpoints>(
  endpoint: Endpoint,
  { path, query, body, signal }: Question = {},
): Promise<Endpoints[Endpoint]> {
  const [method, pattern] = splitEndpoint(endpoint);
  const response = await send(fillPath(pattern, path, query), {
    method,
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!response.ok) {
    const words = (await response.text()).trim();
    throw new ServerProblem(response.status, words === "" ? `the server answered ${response.status}` : words);
  }
  return (await response.json()) as Endpoints[Endpoint];
}

async function send(url: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url, options);
  } catch (thrown) {
    if (options.signal?.aborted) throw thrown;
    throw new ServerProblem(0, "pyroduct can't be reached");
  }
}

/** How long to wait before a stream that the server ended is opened again, in milliseconds. */
const reopenMs = 3000;

/**
 * Listens to server-sent events until the returned function is called. A stream that breaks is opened again.
 *
 * @param onConnected called with whether there is a connection, whenever that changes.
 */
export function listen<Stream extends keyof EventStreams>(
  stream: Stream,
  query: Question["query"],
  handlers: { readonly [Name in keyof EventStreams[Stream]]: (data: EventStreams[Stream][Name]) => void },
  onConnected: (isConnected: boolean) => void,
): () => void {
  const [, pattern] = splitEndpoint(stream);
  const url = fillPath(pattern, undefined, query);
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    source = new EventSource(url);
    source.onopen = () => onConnected(true);
    source.onerror = () => {
      onConnected(false);
      // The browser itself tries again after a broken connection, but not after an answer that is no stream.
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, reopenMs);
    };
    for (const name of Object.keys(handlers) as (keyof EventStreams[Stream] & string)[]) {
      source.addEventListener(name, (event) => handlers[name](JSON.parse(event.data)));
    }
  };
  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

function splitEndpoint(endpoint: string): [method: string, pattern: string] {
  const [method = "", pattern = ""] = endpoint.split(" ");
  return [method, pattern];
}

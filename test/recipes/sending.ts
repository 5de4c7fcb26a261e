import type { Recording } from "../wire/recording.ts";

/** The bound of a whole test that starts processes, in milliseconds; starts take long on a busy machine. */
export const recipeTestMs = 60_000;

/** What a profile is sent with. */
export interface Sent {
  /** The `name` parameter: `app{key=value,…}`. */
  readonly name: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  /** TLS of the connection. */
  readonly tls?: BunFetchRequestInitTLS;
}

/** Sends a profile to /ingest; resolves to the status of the answer. */
export async function send(
  receiver: string,
  { name, body = "main 1\n", headers = {}, tls }: Sent,
): Promise<number> {
  const query = new URLSearchParams({ name, format: "folded" });
  const more = tls === undefined ? {} : { tls };
  const answer = await fetch(`${receiver}/ingest?${query}`, { method: "POST", body, headers, ...more });
  await answer.bytes();
  return answer.status;
}

/** The `name` parameters of the profiles that came, sorted. */
export function namesIn({ requests }: Recording): string[] {
  return requests.map(({ query }) => new URLSearchParams(query).get("name") ?? "").toSorted();
}

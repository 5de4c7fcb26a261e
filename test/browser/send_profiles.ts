import { loadCaptures } from "../wire/capture.ts";

/** Sends a Push of one series, as an SDK would; fails where it is not taken. */
export async function push(
  receiver: string,
  labels: Readonly<Record<string, string>>,
  pprof: Uint8Array,
): Promise<void> {
  const series = {
    labels: Object.entries({ __name__: "process_cpu", ...labels }).map(([name, value]) => ({ name, value })),
    samples: [{ rawProfile: Buffer.from(pprof).toString("base64") }],
  };
  const response = await fetch(`${receiver}/push.v1.PusherService/Push`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ series: [series] }),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}

/** Sends a body to /ingest, and returns the status of the answer. */
export async function ingest(
  receiver: string,
  name: string,
  body: Uint8Array<ArrayBuffer> | string,
  format = "pprof",
): Promise<number> {
  const response = await fetch(`${receiver}/ingest?${new URLSearchParams({ name, format })}`, {
    method: "POST",
    body,
  });
  await response.text();
  return response.status;
}

/** Sends what a real SDK was recorded to send, such as `pyroscope-java/0000`; fails where it is not taken. */
export async function replay(receiver: string, name: string): Promise<void> {
  const capture = loadCaptures().find((one) => one.name === name);
  if (capture === undefined) throw new Error(`there is no capture ${name}`);
  const { method, target, headers, body } = capture.request;
  const response = await fetch(`${receiver}${target}`, {
    method,
    headers: headers.map(([header, value]) => [header, value] as [string, string]),
    body: new Uint8Array(body),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}

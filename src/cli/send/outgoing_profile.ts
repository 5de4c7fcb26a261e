import { gzipSync } from "node:zlib";
import { CodedError } from "../../base/failure.ts";
import { nameLabel, serviceNameLabel } from "../../profile/label_set.ts";
import type { IngestProfile, Profile, PushProfile } from "../../profile/profile.ts";
import { isGzip } from "../../profile/profile_format.ts";
import { labelNameProblem } from "../../profile/validate_labels.ts";
import { profileKind } from "./pprof_summary.ts";
import type { FileContent } from "./profile_format.ts";

/** The ways to send a profile. */
export const sendProtocols = ["ingest", "push"] as const;

/** One of them. */
export type SendProtocol = (typeof sendProtocols)[number];

/** What is said of a profile besides its bytes. */
export interface ProfileFacts {
  /** The app's or service's name. */
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  /** When it began and ended, where the command says so, in milliseconds since the Unix epoch. */
  readonly fromMs: number | undefined;
  readonly untilMs: number | undefined;
}

/** How long a profile without any times is taken to be. */
const assumedMs = 10_000;

/**
 * A profile as it is sent.
 *
 * @throws CodedError `invalid_argument` where it can't be said this way, with what to do.
 */
export function outgoingProfile(
  content: FileContent,
  facts: ProfileFacts,
  protocol: SendProtocol,
  nowMs: number,
): Profile {
  return protocol === "push" ? pushProfile(content, facts) : ingestProfile(content, facts, nowMs);
}

function pushProfile(content: FileContent, { name, labels, fromMs, untilMs }: ProfileFacts): PushProfile {
  if (content.format !== "pprof") {
    throw new CodedError(
      "invalid_argument",
      `a Push holds pprof alone, and this is ${content.format}: leave --protocol out`,
    );
  }
  if (fromMs !== undefined || untilMs !== undefined) {
    const problem =
      "--from and --until have no place in a Push, whose profiles say themselves when they began";
    throw new CodedError("invalid_argument", `${problem}: leave them out, or --protocol`);
  }
  const kind = labels.get(nameLabel) ?? profileKind(content.summary);
  if (kind === undefined) {
    const problem = "what kind of profile this is can't be told by the types of its samples";
    throw new CodedError("invalid_argument", `${problem}: add --label __name__=mutex, block, memory, …`);
  }
  const all = new Map([[nameLabel, kind], [serviceNameLabel, name], ...labels]);
  const samples = [{ id: crypto.randomUUID(), rawProfile: content.bytes }];
  return { kind: "push", series: [{ labels: all, samples, annotations: [] }] };
}

function ingestProfile(content: FileContent, facts: ProfileFacts, nowMs: number): IngestProfile {
  for (const [name, value] of facts.labels) {
    // The grammar of the `name` parameter has no quotes and no escapes.
    if (/[,}]/.test(value) || value !== value.trim()) {
      const problem = `the value of label ${name} holds a comma, a brace or blanks around it, which /ingest has no way to write`;
      throw new CodedError("invalid_argument", `${problem}: send it with --protocol push`);
    }
  }
  const labels = new Map([[nameLabel, facts.name], ...facts.labels]);
  const { fromMs, untilMs } = times(content, facts, nowMs);
  const body = bodies[content.format](content.bytes);
  const query = new URLSearchParams({
    ...body.query,
    from: String(Math.floor(fromMs / 1000)),
    until: String(Math.ceil(untilMs / 1000)),
  });
  query.sort();
  return {
    kind: "ingest",
    labels,
    query: query.toString(),
    contentType: body.contentType,
    contentEncoding: undefined,
    body: body.bytes,
  };
}

function times(
  content: FileContent,
  { fromMs, untilMs }: ProfileFacts,
  nowMs: number,
): { readonly fromMs: number; readonly untilMs: number } {
  const { startMs, durationMs } =
    content.format === "folded" ? { startMs: 0, durationMs: 0 } : content.summary;
  const lengthMs = durationMs > 0 ? durationMs : assumedMs;
  const from =
    fromMs ?? (untilMs === undefined ? (startMs > 0 ? startMs : nowMs - lengthMs) : untilMs - lengthMs);
  return { fromMs: from, untilMs: untilMs ?? from + lengthMs };
}

interface Body {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly query: Readonly<Record<string, string>>;
}

const bodies: Readonly<Record<FileContent["format"], (bytes: Uint8Array) => Body>> = {
  // As Pyroscope's Node SDK does.
  pprof: (bytes) => ({ bytes, contentType: "application/octet-stream", query: { format: "pprof" } }),
  folded: (bytes) => ({
    bytes,
    contentType: "text/plain",
    query: { format: "folded", sampleRate: "100", units: "samples" },
  }),
  // As Pyroscope's Java agent does.
  jfr: (bytes) => ({
    ...multipart("jfr", isGzip(bytes) ? bytes : gzipSync(bytes)),
    query: { aggregationType: "sum", format: "jfr", sampleRate: "100", spyName: "javaspy", units: "samples" },
  }),
};

function multipart(name: string, content: Uint8Array): Pick<Body, "bytes" | "contentType"> {
  const boundary = crypto.randomUUID();
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n`;
  const bytes = Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { bytes, contentType: `multipart/form-data; boundary=${boundary}` };
}

/** Why a text can't be an app's name; undefined where it can. */
export function appNameProblem(name: string): string | undefined {
  return /^[a-zA-Z0-9_.\-/]+$/.test(name)
    ? undefined
    : `the name ${JSON.stringify(name)} may only hold letters, digits, "_", ".", "-" and "/"`;
}

/** Reads `name=value`; undefined where it is none. */
export function parseLabel(text: string): readonly [name: string, value: string] | undefined {
  const equals = text.indexOf("=");
  const name = text.slice(0, equals);
  return equals > 0 && labelNameProblem(name) === undefined ? [name, text.slice(equals + 1)] : undefined;
}

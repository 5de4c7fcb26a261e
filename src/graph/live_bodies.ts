import { nameLabel } from "../profile/label_set.ts";
import type { Profile } from "../profile/profile.ts";

/** A profile's bytes, and what its sender said that they are. */
export interface LiveBody {
  readonly content_type: string;
  readonly content_encoding: string;
  /** What the sender calls the profile; undefined for /ingest, which names the app. */
  readonly name: string | undefined;
  /** One for /ingest; one for each sample of a series of Push. */
  readonly bodies: readonly Uint8Array[];
}

/** Bytes of bodies that are kept, all in all. */
const mostBytes = 32 * 1024 * 1024;

/** Larger bodies are not kept: copying them would take long. */
const longestBody = 4 * 1024 * 1024;

/** The bodies of the profiles that came last, within bounds. */
export class LiveBodies {
  readonly #bodies = new Map<string, { readonly body: LiveBody; readonly bytes: number }>();
  #bytes = 0;

  /** Keeps a copy: what it is a part of may be much larger, and be used again. */
  keep(id: string, profile: Profile, index: number): void {
    const parts = bodiesOf(profile, index);
    const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
    if (bytes > longestBody) return;
    const isIngest = profile.kind === "ingest";
    const body: LiveBody = {
      content_type: (isIngest ? profile.contentType : undefined) ?? "",
      content_encoding: (isIngest ? profile.contentEncoding : undefined) ?? "",
      name: profile.kind === "push" ? profile.series[index]?.labels.get(nameLabel) : undefined,
      bodies: parts.map((part) => part.slice()),
    };
    this.#bodies.set(id, { body, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#bodies.keys()) {
      if (this.#bytes <= mostBytes) break;
      this.delete(oldest);
    }
  }

  has(id: string): boolean {
    return this.#bodies.has(id);
  }

  get(id: string): LiveBody | undefined {
    return this.#bodies.get(id)?.body;
  }

  delete(id: string): void {
    this.#bytes -= this.#bodies.get(id)?.bytes ?? 0;
    this.#bodies.delete(id);
  }

  clear(): void {
    this.#bodies.clear();
    this.#bytes = 0;
  }
}

/** What the sender calls the format; that of Push is always pprof. */
export function formatOf(profile: Profile): string {
  if (profile.kind === "push") return "pprof";
  return new URLSearchParams(profile.query).get("format") ?? "";
}

function bodiesOf(profile: Profile, index: number): readonly Uint8Array[] {
  if (profile.kind === "ingest") return [profile.body];
  return profile.series[index]?.samples.map(({ rawProfile }) => rawProfile) ?? [];
}

import { CodedError, messageOf } from "../../base/failure.ts";
import type { MergeReport } from "../api/flame_graph.ts";
import type { ProfileFormat } from "../api/store.ts";
import { type BodyPart, formatOf, partsOf, profilePart, type SentBody, unpacked } from "./body_parts.ts";
import type { CallTree } from "./call_tree.ts";
import { addFolded } from "./folded.ts";
import { valueTypesOf } from "./pprof_scan.ts";
import { addPprof } from "./pprof_tree.ts";
import { foldedType, pprofTypes, type SampleTypeConfig, type ValueOfType } from "./profile_types.ts";

/** A profile as it was sent, and what is known of it without looking in. */
export interface SentProfile extends SentBody {
  /** What the sender calls the profile: `__name__` of Push; undefined for /ingest, which names the app. */
  readonly name: string | undefined;
  /** What the sender says that values of folded text are; may be empty. */
  readonly units: string;
}

/** A profile that has been looked into. */
export interface ReadProfile {
  readonly format: ProfileFormat;
  /** Without gzip. */
  readonly bytes: Uint8Array;
  /** What its values count; none where they can't be merged. */
  readonly types: readonly ValueOfType[];
}

/**
 * Looks into a profile.
 *
 * @throws CodedError where it can't be read.
 */
export async function readProfile(sent: SentProfile): Promise<ReadProfile> {
  const parts = await partsOf(sent);
  const part = await profilePart(parts);
  if (part === undefined) throw new CodedError("invalid_argument", "the form has no parts");
  const bytes = await unpacked(part.bytes);
  const format = await formatOf(bytes);
  if (format === "folded") return { format, bytes, types: [foldedType(sent.units)] };
  const types = format === "pprof" ? (valueTypesOf(bytes) ?? []) : [];
  return { format, bytes, types: pprofTypes(types, sent.name, sampleTypeConfig(parts)) };
}

/** Longer ones no SDK sends. */
const longestConfig = 65_536;

function sampleTypeConfig(parts: readonly BodyPart[]): SampleTypeConfig {
  const part = parts.find(({ name }) => name === "sample_type_config");
  if (part === undefined || part.bytes.byteLength > longestConfig) return {};
  try {
    const config: unknown = JSON.parse(Buffer.from(part.bytes).toString());
    return typeof config === "object" && config !== null ? (config as SampleTypeConfig) : {};
  } catch {
    // It only helps to call things by their names.
    return {};
  }
}

/** What people look at first, where a profile has several types; else it is the last, as in pprof itself. */
const preferredTypes: readonly string[] = ["cpu", "wall", "inuse_space", "alloc_space", "delay"];

/** The type that is shown where nobody says which. */
export function defaultType(types: readonly ValueOfType[]): ValueOfType | undefined {
  for (const preferred of preferredTypes) {
    const found = types.find(({ sample_type }) => sample_type === preferred);
    if (found !== undefined) return found;
  }
  return types.at(-1);
}

/**
 * Bytes of a profile that is drawn: decoded it takes up to thirty times as many, where somebody means harm. The
 * largest of real ones have some five million.
 */
const mostDrawnBytes = 16 * 1024 * 1024;

/**
 * Adds the values of one type to a tree.
 *
 * @throws CodedError where the profile can't be read to its end, or is too large.
 */
export function addProfile(tree: CallTree, side: number, profile: ReadProfile, type: ValueOfType): void {
  if (profile.bytes.byteLength > mostDrawnBytes) {
    const problem = `the profile has more than ${mostDrawnBytes} bytes when unpacked: a viewer takes the raw one`;
    throw new CodedError("failed_precondition", problem);
  }
  if (profile.format === "folded") addFolded(tree, side, profile.bytes);
  else addPprof(tree, side, profile.bytes, type.index);
}

/** Counts what goes into a tree, and what does not. */
export class MergeCount {
  #profiles = 0;
  #bytes = 0;
  #unreadable = 0;
  #reason: string | null = null;
  #from: number | null = null;
  #until: number | null = null;
  leftOut = 0;

  get bytes(): number {
    return this.#bytes;
  }

  added(bytes: number, receivedAt: number): void {
    this.#profiles += 1;
    this.#bytes += bytes;
    this.#from = Math.min(this.#from ?? receivedAt, receivedAt);
    this.#until = Math.max(this.#until ?? receivedAt, receivedAt);
  }

  /** @throws anything but what was wrong with the profile. */
  failed(thrown: unknown): void {
    if (!(thrown instanceof CodedError)) throw thrown;
    this.#unreadable += 1;
    this.#reason ??= messageOf(thrown);
  }

  report(isBounded: boolean): MergeReport {
    return {
      profiles: this.#profiles,
      bytes: this.#bytes,
      left_out: this.leftOut,
      unreadable: this.#unreadable,
      unreadable_reason: this.#reason,
      is_bounded: isBounded,
      from: this.#from,
      until: this.#until,
    };
  }
}

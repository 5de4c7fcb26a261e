import { CodedError } from "../../base/failure.ts";
import type { StoreLocation } from "../../controller/shard.ts";
import type { ListPlace, ServiceSum, TimeRange } from "../../local_store/profile_reader.ts";
import { LabelSelector } from "../../profile/label_matcher.ts";
import type {
  LabelNames,
  LabelValues,
  ProfilePage,
  ProfileType,
  ProfileTypes,
  Services,
  StoredProfile,
} from "../api/store.ts";
import { Cursor } from "./cursor.ts";
import { type FoundProfile, type NamedReader, newestOf, type StoreReaders } from "./store_readers.ts";
import type { KnownType, TypeIndex } from "./type_index.ts";

/** Which profiles are meant; plain data. */
export interface Selection extends TimeRange {
  /** A selector of labels, as text. */
  readonly match: string;
}

/** One page of a list. */
export interface PageQuery extends Selection {
  readonly type?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Values of one label that are listed. */
const mostValues = 1000;

/** Profiles that are looked at for their types. */
const mostTyped = 20_000;

/** How long looking into profiles for their types may take, in milliseconds; whoever asks may ask again. */
const typingMs = 1500;

/** Answers what lists and pickers ask of stores. */
export class StoreQueries {
  readonly #readers: StoreReaders;
  readonly #types: TypeIndex;
  readonly #now: () => number;

  /** @param now monotonic milliseconds. */
  constructor(readers: StoreReaders, types: TypeIndex, now: () => number) {
    this.#readers = readers;
    this.#types = types;
    this.#now = now;
  }

  /** @throws CodedError where the selector or the cursor is wrong. */
  async page(stores: readonly StoreLocation[], query: PageQuery): Promise<ProfilePage> {
    const selector = selectorOf(query.match);
    const before = query.cursor === undefined ? undefined : Cursor.parse(query.cursor);
    const readers = this.#readers.of(stores);
    if (query.type !== undefined) return this.#typedPage(stores, { ...query, type: query.type }, before);
    const found = newestOf(readers, selector, query, query.limit + 1, before);
    return pageOf(
      found.map(({ profile }) => profile),
      query.limit,
    );
  }

  /** Goes on until a page is full: of the type are those alone whose bodies say so. */
  async #typedPage(
    stores: readonly StoreLocation[],
    query: PageQuery & { readonly type: string },
    start: ListPlace | undefined,
  ): Promise<ProfilePage> {
    const readers = this.#readers.of(stores);
    const endsAt = this.#now() + typingMs;
    const profiles: StoredProfile[] = [];
    let before = start;
    for (const one of walk(readers, selectorOf(query.match), query, start)) {
      if (profiles.length >= query.limit || this.#now() > endsAt) {
        return { profiles, next_cursor: before === undefined ? null : Cursor.format(before) };
      }
      const types = await this.#types.typesOf(one);
      if (types.some(({ id }) => id === query.type)) profiles.push(one.profile);
      before = placeOf(one.profile);
    }
    return { profiles, next_cursor: null };
  }

  services(stores: readonly StoreLocation[], range: TimeRange): Services {
    const merged = new Map<string, ServiceSum>();
    for (const { reader } of this.#readers.of(stores)) {
      for (const one of reader.services(range)) {
        const other = merged.get(one.name);
        merged.set(one.name, {
          name: one.name,
          profiles: one.profiles + (other?.profiles ?? 0),
          bytes: one.bytes + (other?.bytes ?? 0),
          last_received_at: Math.max(one.last_received_at, other?.last_received_at ?? 0),
        });
      }
    }
    const services = [...merged.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
    return { services };
  }

  /** @throws CodedError where the selector is wrong. */
  async types(stores: readonly StoreLocation[], selection: Selection): Promise<ProfileTypes> {
    const selector = selectorOf(selection.match);
    const found = newestOf(this.#readers.of(stores), selector, selection, mostTyped + 1);
    const endsAt = this.#now() + typingMs;
    const counts = new Map<string, { readonly type: KnownType; profiles: number }>();
    let isComplete = found.length <= mostTyped;
    for (const one of found.slice(0, mostTyped)) {
      if (this.#types.peek(one.profile.id) === undefined && this.#now() > endsAt) {
        isComplete = false;
        continue;
      }
      for (const type of await this.#types.typesOf(one)) {
        const count = counts.get(type.id) ?? { type, profiles: 0 };
        count.profiles += 1;
        counts.set(type.id, count);
      }
    }
    const types = [...counts.values()].map(({ type, profiles }) => shownType(type, profiles));
    types.sort((left, right) => (left.id < right.id ? -1 : 1));
    return { types, is_complete: isComplete };
  }

  /** @throws CodedError where the selector is wrong. */
  labelNames(stores: readonly StoreLocation[], selection: Selection): LabelNames {
    const names = new Set(this.#labelSets(stores, selection).flatMap((labels) => [...labels.keys()]));
    return { names: [...names].sort() };
  }

  /** @throws CodedError where the selector is wrong. */
  labelValues(stores: readonly StoreLocation[], selection: Selection, name: string): LabelValues {
    const values = new Set(this.#labelSets(stores, selection).flatMap((labels) => labels.get(name) ?? []));
    return { values: [...values].sort().slice(0, mostValues), is_complete: values.size <= mostValues };
  }

  #labelSets(stores: readonly StoreLocation[], selection: Selection) {
    const selector = selectorOf(selection.match);
    return this.#readers.of(stores).flatMap(({ reader }) => reader.labelSets(selector, selection));
  }
}

/** Profiles that are read at once on the way through a list. */
const batch = 500;

/** All profiles that match, from a place in the list on. */
function* walk(
  readers: readonly NamedReader[],
  selector: LabelSelector,
  range: TimeRange,
  start: ListPlace | undefined,
): Generator<FoundProfile> {
  let before = start;
  for (;;) {
    const found = newestOf(readers, selector, range, batch, before);
    yield* found;
    const last = found.at(-1);
    if (found.length < batch || last === undefined) return;
    before = placeOf(last.profile);
  }
}

/** @throws CodedError where the text is no selector. */
export function selectorOf(match: string): LabelSelector {
  const parsed = LabelSelector.parse(match);
  if (!parsed.ok) throw new CodedError("invalid_argument", parsed.problem);
  return parsed.selector;
}

function pageOf(found: readonly StoredProfile[], limit: number): ProfilePage {
  const profiles = found.slice(0, limit);
  const last = profiles.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  return { profiles, next_cursor: hasMore ? Cursor.format(placeOf(last)) : null };
}

function placeOf({ received_at, id }: StoredProfile): ListPlace {
  return { receivedAt: received_at, id };
}

function shownType({ id, name, sample_type, unit, isMergeable }: KnownType, profiles: number): ProfileType {
  return { id, name, sample_type, unit, profiles, is_mergeable: isMergeable };
}

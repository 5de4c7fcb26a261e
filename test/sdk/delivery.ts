import type { Profile } from "./profiles.ts";

/** What became of a run's profiles at one sink. */
export interface Delivery {
  /** Profiles that came, right or wrong, each sent one counted once. */
  readonly arrived: number;
  readonly labelsOk: number;
  readonly bytesOk: number;
  /** One line for each thing that is wrong; none if every profile came once and whole. */
  readonly problems: readonly string[];
}

function take(pool: Profile[], isWanted: (profile: Profile) => boolean): Profile | undefined {
  const index = pool.findIndex(isWanted);
  return index < 0 ? undefined : pool.splice(index, 1)[0];
}

function isSame(a: Profile, b: Profile): boolean {
  return a.labels === b.labels && a.rest === b.rest && a.bytes === b.bytes;
}

const PARTS = [
  ["labels", "labels"],
  ["rest", "parameters or headers"],
  ["bytes", "bytes"],
] as const;

function differences(expected: Profile, actual: Profile): string[] {
  return PARTS.filter(([part]) => expected[part] !== actual[part]).map(
    ([part, words]) => `${words} differ: expected ${expected[part]}, got ${actual[part]}`,
  );
}

/**
 * Looks for the profiles that a run sent among those that came to a sink, and takes what belongs to it out of
 * `pool`: first what is equal, then what has the same bytes, then what has the same labels and parameters.
 */
export function matchDelivery(expected: readonly Profile[], pool: Profile[]): Delivery {
  const problems: string[] = [];
  const unmatched = expected.filter((profile) => take(pool, (other) => isSame(profile, other)) === undefined);
  const exact = expected.length - unmatched.length;
  let [arrived, labelsOk, bytesOk] = [exact, exact, exact];
  for (const profile of unmatched) {
    const other =
      take(pool, ({ bytes }) => bytes === profile.bytes) ??
      take(pool, ({ labels, rest }) => labels === profile.labels && rest === profile.rest);
    if (other === undefined) {
      problems.push(`missing: ${profile.labels} ${profile.rest}, ${profile.bytes}`);
      continue;
    }
    arrived++;
    if (other.labels === profile.labels) labelsOk++;
    if (other.bytes === profile.bytes) bytesOk++;
    problems.push(...differences(profile, other));
  }
  for (const profile of expected) {
    while (take(pool, (other) => isSame(profile, other)) !== undefined) {
      problems.push(`came more than once: ${profile.labels}, ${profile.bytes}`);
    }
  }
  return { arrived, labelsOk, bytesOk, problems };
}

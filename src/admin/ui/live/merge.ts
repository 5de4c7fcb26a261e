import type { LiveProfile } from "../../api/live.ts";

/** How many profiles are kept in the page; the oldest go first. */
export const maxLiveProfiles = 300;

/**
 * Adds what has come, the newest first; a profile that was there already is replaced where it stands.
 *
 * @param batch the oldest first, as the server sends it.
 */
export function mergeLive(
  shown: readonly LiveProfile[],
  batch: readonly LiveProfile[],
): readonly LiveProfile[] {
  if (batch.length === 0) return shown;
  const changed = new Map(batch.map((profile) => [profile.id, profile]));
  const kept = shown.map((profile) => {
    const next = changed.get(profile.id);
    changed.delete(profile.id);
    return next ?? profile;
  });
  return [...[...changed.values()].reverse(), ...kept].slice(0, maxLiveProfiles);
}

/** Replaces profiles that have changed where they stand, and adds none. */
export function refreshLive(
  shown: readonly LiveProfile[],
  batch: readonly LiveProfile[],
): readonly LiveProfile[] {
  const changed = new Map(batch.map((profile) => [profile.id, profile]));
  return shown.map((profile) => changed.get(profile.id) ?? profile);
}

/** How many of a batch are not among those before. */
export function countNew(before: readonly LiveProfile[], batch: readonly LiveProfile[]): number {
  const known = new Set(before.map(({ id }) => id));
  return batch.filter(({ id }) => !known.has(id)).length;
}

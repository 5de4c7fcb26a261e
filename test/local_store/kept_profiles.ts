import { existsSync } from "node:fs";
import { type KeptProfile, ProfileReader } from "../../src/local_store/profile_reader.ts";
import { LabelSelector } from "../../src/profile/label_matcher.ts";

/** More than any of these tests stores. */
const everything = 1000;

/** What is kept in these files, the newest first. */
export function keptProfiles(...paths: readonly string[]): KeptProfile[] {
  const found = paths.filter((path) => existsSync(path)).flatMap(read);
  return found.toSorted((left, right) => right.received_at - left.received_at);
}

/** The services of the same. */
export function keptServices(...paths: readonly string[]): string[] {
  return keptProfiles(...paths).map(({ service_name }) => service_name);
}

function read(path: string): KeptProfile[] {
  const reader = new ProfileReader(path);
  try {
    return reader.matching(LabelSelector.all, {}, everything);
  } finally {
    reader.close();
  }
}

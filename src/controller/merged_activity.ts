import type { ServiceActivity } from "../component/definition.ts";

/** What came for each service in all shards, the most profiles first. */
export function mergeActivity(activity: readonly ServiceActivity[]): ServiceActivity[] {
  const merged = new Map<string, ServiceActivity>();
  for (const { service_name, profiles, bytes } of activity) {
    const { profiles: before = 0, bytes: bytesBefore = 0 } = merged.get(service_name) ?? {};
    merged.set(service_name, { service_name, profiles: before + profiles, bytes: bytesBefore + bytes });
  }
  return [...merged.values()].sort((left, right) => right.profiles - left.profiles);
}

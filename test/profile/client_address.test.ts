import { expect, test } from "bun:test";
import { withoutClientAddress } from "../../src/profile/client_address.ts";
import { clientAddressLabel } from "../../src/profile/label_set.ts";
import { ingestProfile, pushProfile } from "./sample_profiles.ts";

test("the sender's address is taken out of a profile of /ingest, and the profile given stays as it was", () => {
  const profile = ingestProfile({ a: "1", [clientAddressLabel]: "192.0.2.7" });
  expect(withoutClientAddress(profile)).toEqual(ingestProfile({ a: "1" }));
  expect(profile.labels.get(clientAddressLabel)).toBe("192.0.2.7");
});

test("it is taken out of every series", () => {
  const profile = pushProfile({ a: "1" }, { b: "2", [clientAddressLabel]: "192.0.2.7" });
  expect(withoutClientAddress(profile)).toEqual(pushProfile({ a: "1" }, { b: "2" }));
});

test("a profile without it comes back as it is", () => {
  const ingest = ingestProfile({ a: "1" });
  const push = pushProfile({ a: "1" });
  expect(withoutClientAddress(ingest)).toBe(ingest);
  expect(withoutClientAddress(push)).toBe(push);
});

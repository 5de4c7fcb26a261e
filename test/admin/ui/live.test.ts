import { describe, expect, test } from "bun:test";
import type { LiveDelivery, LiveProfile } from "../../../src/admin/api/live.ts";
import { countNew, maxLiveProfiles, mergeLive, refreshLive } from "../../../src/admin/ui/live/merge.ts";
import { deliveryWords, ruleWords, samplingWords, whyNot } from "../../../src/admin/ui/live/words.ts";

function profile(id: string, more: Partial<LiveProfile> = {}): LiveProfile {
  return {
    id,
    request: id,
    time: 0,
    receiver: "pyroscope.receive_http.default",
    kind: "push",
    service_name: "shop",
    labels: {},
    samples: 1,
    bytes: 1,
    format: "",
    content_type: "",
    sender: "",
    status: "under_way",
    refused: null,
    drops: [],
    deliveries: [],
    has_body: false,
    ...more,
  };
}

const delivery: LiveDelivery = {
  component: "pyroscope.write.a",
  endpoint: "east",
  outcome: "failed",
  attempts: 3,
  duration_ms: 1200,
  reason: "503 Service Unavailable",
  http_status: 503,
};

describe("what passes", () => {
  test("comes at the top, the newest first, and what changed stays where it stands", () => {
    const shown = mergeLive(
      [profile("b"), profile("a")],
      [profile("a", { status: "delivered" }), profile("c"), profile("d")],
    );
    expect(shown.map(({ id, status }) => [id, status])).toEqual([
      ["d", "under_way"],
      ["c", "under_way"],
      ["b", "under_way"],
      ["a", "delivered"],
    ]);
  });

  test("is bounded", () => {
    const many = Array.from({ length: maxLiveProfiles + 50 }, (_, index) => profile(String(index)));
    const shown = mergeLive([], many);
    expect([shown.length, shown[0]?.id]).toEqual([maxLiveProfiles, String(maxLiveProfiles + 49)]);
  });

  test("does not move while it stands still, but what is seen of it goes on", () => {
    const batch = [profile("a", { status: "failed" }), profile("z")];
    expect(refreshLive([profile("a")], batch).map(({ id, status }) => [id, status])).toEqual([
      ["a", "failed"],
    ]);
    expect(countNew([profile("a")], batch)).toBe(1);
  });
});

describe("why a profile is not where it should be", () => {
  test("is told by the refusal, the destination's answer, or the rule", () => {
    expect(whyNot(profile("a", { refused: "label x" }))).toBe("label x");
    expect(whyNot(profile("a", { deliveries: [delivery] }))).toBe("east: 503 Service Unavailable");
    expect(whyNot(profile("a", { drops: [{ component: "r", reason: "rule 1 …", rule: null }] }))).toBe(
      "r: rule 1 …",
    );
    expect(whyNot(profile("a"))).toBeUndefined();
  });

  test("has the attempts and the time", () => {
    expect(deliveryWords(delivery)).toBe("failed after 3 attempts in 1.2 s: 503 Service Unavailable");
    expect(deliveryWords({ ...delivery, outcome: "delivered", attempts: 1, reason: null })).toBe(
      "delivered in 1.2 s",
    );
    expect(
      deliveryWords({ ...delivery, outcome: "under_way", attempts: 1, duration_ms: null, reason: null }),
    ).toBe("under way");
  });

  test("names the rule as the configuration counts it, and what it saw", () => {
    const rule = {
      index: 1,
      action: "drop",
      source_labels: ["env", "team"],
      separator: ";",
      regex: "test;.*",
      target_label: "",
      value: "test;a",
    };
    expect(ruleWords({ component: "r", reason: "", rule })).toBe(
      "rule[1]: drop on env;team, regex test;.*; it saw “test;a”",
    );
    expect(ruleWords({ component: "r", reason: "", rule: null })).toBeUndefined();
  });
});

test("sampling is told", () => {
  const all = { seconds: 1, passed: 10, matched: 10, unseen: 0, recorded: 10 };
  expect(samplingWords(all)).toBe("10/s pass, all are shown");
  expect(samplingWords({ seconds: 2, passed: 4000, matched: 400, unseen: 3000, recorded: 80 })).toBe(
    "2k/s pass, 200/s match, 40/s are shown",
  );
  expect(samplingWords({ ...all, seconds: 0 })).toBe("0/s pass, all are shown");
});

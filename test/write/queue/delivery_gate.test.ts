import { describe, expect, test } from "bun:test";
import { DeliveryGate } from "../../../src/write/queue/delivery_gate.ts";
import { FakeClock } from "../../base/fake_clock.ts";

/** A gate with waits of exactly a second, or of one to eight. */
class GateBed {
  readonly clock = new FakeClock();
  chances = 0;
  readonly gate: DeliveryGate;

  constructor(maxMs = 1000) {
    const onChance = () => {
      this.chances += 1;
    };
    this.gate = new DeliveryGate({ clock: this.clock, minMs: 1000, maxMs, onChance });
  }

  /** What may be sent now. */
  get admitted(): string {
    return (["live", "backlog"] as const).filter((asking) => this.gate.admits(asking)).join(" and ");
  }

  /** A request goes out and fails, so many milliseconds later. */
  async fail(afterMs = 0, retryAfterMs?: number): Promise<boolean> {
    const attempt = this.gate.begin();
    await this.clock.advance(afterMs);
    return this.gate.fail(attempt, retryAfterMs);
  }
}

test("it lets everything through to begin with", () => {
  expect(new GateBed().admitted).toBe("live and backlog");
});

test("after a failure nothing goes out until the wait is over", async () => {
  const bed = new GateBed();
  expect(await bed.fail()).toBe(true);
  expect(bed.admitted).toBe("");
  await bed.clock.advance(999);
  expect(bed.admitted).toBe("");
  await bed.clock.advance(1);
  expect([bed.admitted, bed.chances]).toEqual(["live and backlog", 1]);
});

test("then one request at a time finds out", async () => {
  const bed = new GateBed();
  await bed.fail();
  await bed.clock.advance(1000);
  const probe = bed.gate.begin();
  expect(bed.admitted).toBe("");
  bed.gate.fail(probe, undefined);
  await bed.clock.advance(1000);
  expect(bed.admitted).toBe("live and backlog");
});

test("any success opens it at once", async () => {
  const bed = new GateBed();
  await bed.fail();
  await bed.clock.advance(1000);
  bed.gate.begin();
  const before = bed.chances;
  bed.gate.succeed();
  expect([bed.admitted, bed.gate.isOpen, bed.chances - before]).toEqual(["live and backlog", true, 1]);
});

test("the backlog waits longer each time, what comes just now does not", async () => {
  const bed = new GateBed(8000);
  const waits: number[] = [];
  for (let count = 0; count < 5; count += 1) {
    await bed.fail();
    const since = bed.clock.now();
    await bed.clock.advance(1000);
    expect(bed.gate.admits("live")).toBe(true);
    while (!bed.gate.admits("backlog")) await bed.clock.advance(100);
    waits.push(bed.clock.now() - since);
  }
  expect(waits).toEqual(waits.toSorted((left, right) => left - right));
  expect(waits[0]).toBeLessThanOrEqual(2000);
  expect(waits.at(-1)).toBe(8000);
});

test("failures of what comes just now do not make the backlog wait longer", async () => {
  const bed = new GateBed(8000);
  for (let count = 0; count < 4; count += 1) {
    await bed.fail();
    await bed.clock.advance(500);
  }
  await bed.clock.advance(8000);
  expect(bed.admitted).toBe("live and backlog");
});

test("a request that fails while others succeed is to blame itself", async () => {
  const bed = new GateBed();
  const slow = bed.gate.begin();
  await bed.clock.advance(10);
  bed.gate.begin();
  bed.gate.succeed();
  expect(bed.gate.fail(slow, undefined)).toBe(false);
  expect(bed.admitted).toBe("live and backlog");
});

test("requests that were under way together count as one failure", async () => {
  const bed = new GateBed(64_000);
  const together = Array.from({ length: 8 }, () => bed.gate.begin());
  for (const attempt of together) bed.gate.fail(attempt, undefined);
  await bed.clock.advance(2000);
  expect(bed.admitted).toBe("live and backlog");
});

test("Retry-After holds for everything, even where others succeeded meanwhile", async () => {
  const bed = new GateBed();
  const attempt = bed.gate.begin();
  bed.gate.succeed();
  bed.gate.fail(attempt, 5000);
  await bed.clock.advance(4999);
  expect(bed.admitted).toBe("");
  await bed.clock.advance(1);
  expect(bed.admitted).toBe("live and backlog");
});

describe("a destination that refuses whoever sends", () => {
  async function refused() {
    const bed = new GateBed(300_000);
    bed.gate.refuse(bed.gate.begin(), "HTTP 401");
    return bed;
  }

  test("is left alone for the longest wait", async () => {
    const bed = await refused();
    expect(bed.gate.pause).toBe("HTTP 401");
    await bed.clock.advance(299_999);
    expect(bed.admitted).toBe("");
    await bed.clock.advance(1);
    expect([bed.admitted, bed.chances]).toEqual(["live and backlog", 1]);
  });

  test("is tried at once when credentials change", async () => {
    const bed = await refused();
    bed.gate.renew();
    expect([bed.admitted, bed.chances, bed.gate.pause]).toEqual(["live and backlog", 1, "HTTP 401"]);
    bed.gate.begin();
    bed.gate.succeed();
    expect(bed.gate.pause).toBeUndefined();
  });

  test("is not left alone for what came with credentials from before", async () => {
    const bed = new GateBed(300_000);
    const before = [bed.gate.begin(), bed.gate.begin()] as const;
    bed.gate.renew();
    bed.gate.refuse(before[0], "HTTP 401");
    expect([bed.admitted, bed.gate.pause]).toEqual(["live and backlog", undefined]);
    bed.gate.refuse(bed.gate.begin(), "HTTP 403");
    bed.gate.renew();
    bed.gate.refuse(before[1], "HTTP 401");
    expect([bed.admitted, bed.gate.pause]).toEqual(["live and backlog", "HTTP 403"]);
  });
});

test("a request that was ended from here says nothing", async () => {
  const bed = new GateBed();
  await bed.fail();
  await bed.clock.advance(1000);
  bed.gate.abandon(bed.gate.begin());
  await bed.clock.advance(1000);
  expect(bed.admitted).toBe("live and backlog");
});

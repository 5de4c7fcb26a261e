import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { deliveryOf } from "../../../../src/write/queue/jetstream/delivery.ts";
import { decodeMessage, encodeMessage } from "../../../../src/write/queue/jetstream/profile_message.ts";
import {
  queueOfStream,
  sharedNames,
  streamPattern,
} from "../../../../src/write/queue/jetstream/shared_names.ts";
import { queuedIngest } from "../queued_profiles.ts";

describe("a profile as a message", () => {
  test("is read as it was written", () => {
    const profile = queuedIngest(1000, { acceptedAt: 1234, isAlone: true });
    const facts = { bodyBytes: 1000, object: "o", reason: "ä\n", refusedAt: 5 };
    const { body, ...head } = profile;
    const read = decodeMessage(encodeMessage(profile, facts, body));
    expect(read).toEqual({ head, facts, body });
  });

  test("that somebody else wrote is none, and no error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(decodeMessage(bytes)).toBeUndefined();
      }),
    );
    const cut = encodeMessage(queuedIngest(), { bodyBytes: 3 }, new Uint8Array());
    expect(decodeMessage(cut.subarray(0, cut.byteLength - 1))).toBeUndefined();
  });
});

describe("where acknowledgements go", () => {
  const told = { seq: 7, count: 2, storedAt: 1_700_000_000_123 };

  test.each([
    ["without a domain", "$JS.ACK.stream.pyroduct.2.7.9.1700000000123456789.0"],
    ["with a domain", "$JS.ACK.hub.account.stream.pyroduct.2.7.9.1700000000123456789.0"],
    ["with a token at the end", "$JS.ACK._.account.stream.pyroduct.2.7.9.1700000000123456789.0.x"],
  ])("tells of the message %s", (_, reply) => {
    expect(deliveryOf(reply)).toEqual(told);
  });

  test("is nothing else", () => {
    fc.assert(
      fc.property(fc.string(), (reply) => {
        expect(deliveryOf(reply)).toBeUndefined();
      }),
    );
    expect(deliveryOf("$JS.ACK.stream.pyroduct.2.x.9.1700000000123456789.0")).toBeUndefined();
  });
});

test("names of streams are fit for subjects, differ, and lead back to their queues", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      const names = sharedNames("pyroduct", one);
      expect(names.token).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(names.stream.length).toBeLessThan(100);
      expect(names.stream === sharedNames("pyroduct", other).stream).toBe(one === other);
      expect(queueOfStream("pyroduct", names.stream, `Profiles that pyroduct has accepted for ${one}`)).toBe(
        one,
      );
      expect(
        queueOfStream("other", names.stream, `Profiles that pyroduct has accepted for ${one}`),
      ).toBeUndefined();
    }),
  );
  expect(streamPattern.test("a.b")).toBe(false);
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { isFailureCode } from "../../src/profile/status.ts";
import { encodePush, pushPath } from "../wire/push_message.ts";
import { ReceiverBed } from "./receiver_bed.ts";

const message = encodePush({ service_name: "shop", env: "käse" }, new Uint8Array(40).fill(9));
const json = Buffer.from(
  JSON.stringify({ series: [{ labels: [{ name: "a", value: "b" }], samples: [{ rawProfile: "AQI=" }] }] }),
);

/** A message with some of its bytes changed, taken out or put in. */
function mutated(original: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.record({
    at: fc.nat(original.byteLength),
    remove: fc.nat(6),
    insert: fc.uint8Array({ maxLength: 6 }),
  });
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
    let bytes: Uint8Array = original;
    for (const { at, remove, insert } of changes) {
      bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
    }
    return bytes;
  });
}

let bed: ReceiverBed | undefined;

beforeAll(async () => {
  bed = await ReceiverBed.start({ http: { max_body_size: 100_000 } });
});

afterAll(async () => {
  await bed?.[Symbol.asyncDispose]();
});

async function answerTo(body: Uint8Array, headers: Readonly<Record<string, string>>) {
  if (bed === undefined) throw new Error("the receiver did not start");
  const response = await bed.post(pushPath, body, headers);
  return { response, text: await response.text() };
}

/** What must never be told to a stranger: where the source lies, or how it came to it. */
const inside = /\.[tj]s\b|node_modules|\/src\/|\bat \w+ \(|native code|Error:|bunfs/;

async function expectConnectAnswer(
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const { response, text } = await answerTo(body, headers);
  expect(text).not.toMatch(inside);
  const parsed = (response.ok ? { code: "internal" } : JSON.parse(text)) as { code?: unknown };
  expect(isFailureCode(parsed.code)).toBe(true);
  expect(response.status).toBeOneOf([200, 400]);
}

test("any change of a binary message is taken or refused in Connect's terms", async () => {
  await fc.assert(
    fc.asyncProperty(mutated(message), (body) =>
      expectConnectAnswer(body, { "content-type": "application/proto" }),
    ),
    { numRuns: 200 },
  );
});

test("any change of a gzipped message is taken or refused in Connect's terms", async () => {
  const headers = { "content-type": "application/proto", "content-encoding": "gzip" };
  const wrapped = mutated(message).map((bytes): Uint8Array => gzipSync(bytes));
  await fc.assert(
    fc.asyncProperty(fc.oneof(wrapped, mutated(gzipSync(message))), (body) =>
      expectConnectAnswer(body, headers),
    ),
    { numRuns: 100 },
  );
});

test("any change of a JSON message is taken or refused in Connect's terms", async () => {
  await fc.assert(
    fc.asyncProperty(mutated(json), (body) =>
      expectConnectAnswer(body, { "content-type": "application/json" }),
    ),
    { numRuns: 100 },
  );
});

test("any change of a gRPC-Web message is answered with a status", async () => {
  const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, message.byteLength]), message]);
  await fc.assert(
    fc.asyncProperty(mutated(frame), async (body) => {
      const { response, text } = await answerTo(body, { "content-type": "application/grpc-web+proto" });
      expect(response.status).toBe(200);
      expect(response.headers.get("grpc-status") ?? text).toMatch(/^\d+$|grpc-status: ?\d+/);
      expect(decodeURIComponent(`${text}${response.headers.get("grpc-message") ?? ""}`)).not.toMatch(inside);
    }),
    { numRuns: 100 },
  );
});

test("any bytes under any content type have an answer", async () => {
  const types = [
    "application/proto",
    "application/json",
    "application/grpc-web",
    "application/grpc",
    "text/plain",
    "",
  ];
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(...types), async (body, type) => {
      const { response, text } = await answerTo(body, type === "" ? {} : { "content-type": type });
      expect(response.status).toBeWithin(200, 600);
      expect(response.status).not.toBe(500);
      expect(text).not.toMatch(inside);
    }),
    { numRuns: 150 },
  );
});

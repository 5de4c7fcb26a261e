import { describe, expect, test } from "bun:test";
import { eventually } from "../base/eventually.ts";
import { RawConnection, sendRaw } from "../wire/raw_request.ts";
import { BodyServer } from "./body_server.ts";

function bodyOf(length: number): Uint8Array {
  return new Uint8Array(length).map((_, index) => index);
}

describe("a body within the limits", () => {
  test.each<[string, number, readonly number[] | undefined]>([
    ["without a byte", 0, undefined],
    ["without a byte, chunked", 0, []],
    ["short", 100, undefined],
    ["short, chunked", 100, [1, 40]],
    ["of the longest length that is read in one go", 65_536, undefined],
    ["just longer", 65_537, undefined],
    ["long", 900_000, undefined],
    ["long, chunked", 900_000, [10, 300_000]],
    ["exactly as long as allowed", 1_000_000, undefined],
  ])("%s is read whole", async (_, length, chunkSizes) => {
    await using server = new BodyServer();
    const answer = await sendRaw(server.address, {
      method: "POST",
      target: "/",
      body: bodyOf(length),
      ...(chunkSizes === undefined ? {} : { chunkSizes }),
    });
    expect(answer.text).toBe(`body ${length}`);
    expect(server.reads).toEqual([{ type: "body", bytes: bodyOf(length) }]);
    expect([server.freeWhileHeld, server.heldBytes]).toEqual([10_000_000 - length, 0]);
  });

  test("a request without a body has an empty one", async () => {
    await using server = new BodyServer();
    await fetch(`http://${server.address}/`);
    expect(server.reads).toEqual([{ type: "body", bytes: new Uint8Array(0) }]);
  });
});

describe("a body that is too large", () => {
  test("is refused by its declared length, before it comes", async () => {
    await using server = new BodyServer({ maxBytes: 10 });
    using connection = await RawConnection.open(server.address);
    await connection.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n");
    expect((await connection.response()).text).toBe("too_large");
    expect(server.heldBytes).toBe(0);
  });

  test("is refused as it comes where its length is not declared", async () => {
    await using server = new BodyServer({ maxBytes: 1000 });
    using connection = await RawConnection.open(server.address);
    await connection.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n");
    await connection.send(`${"x".repeat(1001)}\r\n`);
    expect((await connection.response()).text).toBe("too_large");
    expect(server.heldBytes).toBe(0);
  });

  test("is refused where one byte more than a long limit comes", async () => {
    await using server = new BodyServer({ maxBytes: 200_000 });
    const request = { method: "POST", target: "/", body: bodyOf(200_001), chunkSizes: [100_000] };
    expect((await sendRaw(server.address, request)).text).toBe("too_large");
  });
});

describe("where too many bytes are held already", () => {
  test.each([
    ["a short body", 100],
    ["a long body", 200_000],
  ])("%s has no room", async (_, length) => {
    await using server = new BodyServer({ budgetBytes: length - 1 });
    const answer = await sendRaw(server.address, { method: "POST", target: "/", body: bodyOf(length) });
    expect(answer.text).toBe("no_room");
    expect(server.heldBytes).toBe(0);
  });

  test("a sender who only promises a long body takes no room from others", async () => {
    await using server = new BodyServer({ budgetBytes: 200_000 });
    using idler = await RawConnection.open(server.address);
    await idler.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 190000\r\n\r\nfirst bytes");
    await eventually("the first bytes being held", () => server.heldBytes === "first bytes".length);
    const answer = await sendRaw(server.address, { method: "POST", target: "/", body: bodyOf(150_000) });
    expect(answer.text).toBe("body 150000");
  });
});

describe("a body that does not come", () => {
  test.each([
    ["of a short declared length", "Content-Length: 100", "some"],
    ["of a long declared length", "Content-Length: 100000", "some"],
    ["in chunks", "Transfer-Encoding: chunked", "4\r\nsome\r\n"],
  ])("in time, %s, is too slow", async (_, framing, beginning) => {
    await using server = new BodyServer({ timeoutMs: 5000 });
    using connection = await RawConnection.open(server.address);
    await connection.send(`POST / HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n${beginning}`);
    await eventually("the body being read", () => server.clock.pending === 1);
    await server.clock.advance(4999);
    expect(server.reads).toEqual([]);
    await server.clock.advance(1);
    expect((await connection.response()).text).toBe("too_slow");
    expect(server.heldBytes).toBe(0);
  });

  test("and what arrives late is held no more", async () => {
    await using server = new BodyServer({ timeoutMs: 5000 });
    using connection = await RawConnection.open(server.address);
    await connection.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nsome");
    await eventually("the body being read", () => server.clock.pending === 1);
    await server.clock.advance(5000);
    await connection.response();
    await connection.send("x".repeat(50_000));
    await sendRaw(server.address, { method: "POST", target: "/" });
    expect(server.heldBytes).toBe(0);
  });
});

describe("a sender who goes away in the middle", () => {
  test.each([
    ["of a short declared length", "Content-Length: 100", "some"],
    ["of a long declared length", "Content-Length: 100000", "some"],
    ["of chunks", "Transfer-Encoding: chunked", "4\r\nsome\r\n"],
  ])("%s leaves a broken body and holds nothing", async (_, framing, beginning) => {
    await using server = new BodyServer();
    {
      using connection = await RawConnection.open(server.address);
      await connection.send(`POST / HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n${beginning}`);
      await eventually("the body being read", () => server.clock.pending === 1);
    }
    await eventually("the end of the body", () => server.reads.length === 1);
    expect(server.reads).toEqual([{ type: "broken" }]);
    expect([server.heldBytes, server.clock.pending]).toEqual([0, 0]);
  });
});

test("a flood of bodies leaves nothing held", async () => {
  await using server = new BodyServer({ budgetBytes: 300_000, maxBytes: 150_000 });
  const lengths = Array.from({ length: 40 }, (_, index) => (index * 7919) % 200_000);
  const requests = lengths.map((length) => {
    const body = bodyOf(length);
    return sendRaw(server.address, {
      method: "POST",
      target: "/",
      body,
      ...(length % 2 ? { chunkSizes: [1000] } : {}),
    });
  });
  const answers = await Promise.all(requests);
  expect(answers.every(({ text }) => /^(body \d+|too_large|no_room)$/.test(text))).toBe(true);
  expect(server.heldBytes).toBe(0);
});

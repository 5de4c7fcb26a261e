// The least that a relay on Bun can be, to compare with: Bun.serve, Hono and fetch, no labels, metrics or deadlines.
// `bun bare_relay.ts URL` forwards /ingest as it is, and decodes and encodes each Push. It prints its port.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Hono } from "hono";
import { PushRequestSchema, PushResponseSchema } from "../../src/gen/push/v1/push_pb.ts";
import { pushPath } from "../wire/push_message.ts";

const [destination = ""] = Bun.argv.slice(2);
const app = new Hono();

app.post("/ingest", async (context) => {
  const { url } = context.req.raw;
  const query = url.indexOf("?");
  const answer = await fetch(`${destination}/ingest${query < 0 ? "" : url.slice(query)}`, {
    method: "POST",
    body: await context.req.arrayBuffer(),
    headers: { "content-type": context.req.header("content-type") ?? "" },
  });
  await answer.arrayBuffer();
  return context.body(null, answer.status as 200);
});

app.post(pushPath, async (context) => {
  const message = fromBinary(PushRequestSchema, new Uint8Array(await context.req.arrayBuffer()));
  const answer = await fetch(destination + pushPath, {
    method: "POST",
    body: toBinary(PushRequestSchema, message),
    headers: { "content-type": "application/proto", "connect-protocol-version": "1" },
  });
  await answer.arrayBuffer();
  return context.body(
    toBinary(PushResponseSchema, create(PushResponseSchema)).buffer as ArrayBuffer,
    answer.status as 200,
    {
      "content-type": "application/proto",
    },
  );
});

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  maxRequestBodySize: 64 * 2 ** 20,
  fetch: app.fetch,
});
console.log(server.port);

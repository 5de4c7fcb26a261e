import { describe, expect, test } from "bun:test";
import { getPath } from "../../src/receive_http/app.ts";
import { pushPath } from "../wire/push_message.ts";
import { sendRaw } from "../wire/raw_request.ts";
import { ReceiverBed } from "./receiver_bed.ts";

test.each([
  ["http://h/ingest", "/ingest"],
  ["http://h/ingest?name=a", "/ingest"],
  ["http://h//ingest", "/ingest"],
  ["http://h///a//b/?x=//y", "/a/b/"],
  ["http://h/?/", "/"],
  ["http://h/a%2F%2Fb", "/a%2F%2Fb"],
])("the path of %s is %s", (url, path) => {
  expect(getPath(new Request(url))).toBe(path);
});

describe("the routes", () => {
  test.each(["/ingest?name=a", "//ingest?name=a", "///ingest?name=a"])(
    "%s takes profiles",
    async (target) => {
      await using bed = await ReceiverBed.start();
      const answer = await sendRaw(bed.address, { method: "POST", target, body: Buffer.from("x") });
      expect([answer.status, answer.text, bed.received.length]).toEqual([200, "", 1]);
    },
  );

  test.each([pushPath, `/${pushPath}`, pushPath.replace("/Push", "//Push")])(
    "%s takes Push",
    async (target) => {
      await using bed = await ReceiverBed.start();
      const headers = [["Content-Type", "application/proto"]] as const;
      const answer = await sendRaw(bed.address, { method: "POST", target, headers });
      expect([answer.status, answer.text, answer.header("content-type")]).toEqual([
        200,
        "",
        "application/proto",
      ]);
    },
  );

  test.each(["/", "/ingestx", "/ingest/", "/Ingest", "/push.v1.PusherService", "/metrics", "/%69ngest"])(
    "%s is not found",
    async (target) => {
      await using bed = await ReceiverBed.start();
      const answer = await sendRaw(bed.address, { method: "POST", target, body: Buffer.from("x") });
      expect([answer.status, answer.text]).toEqual([404, "404 page not found\n"]);
    },
  );

  test.each(["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])(
    "%s is not allowed where POST is",
    async (method) => {
      await using bed = await ReceiverBed.start();
      for (const path of ["/ingest?name=a", pushPath]) {
        const response = await fetch(`http://${bed.address}${path}`, { method });
        expect([response.status, response.headers.get("allow"), await response.text()]).toEqual([
          405,
          "POST",
          "",
        ]);
      }
      expect(bed.received).toEqual([]);
    },
  );
});

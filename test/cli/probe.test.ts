import { describe, expect, test } from "bun:test";
import { PyroductRun, processTestMs } from "./pyroduct_run.ts";

/** An admin server that answers every question but whether it lives with this status. */
function adminServer(status: number) {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/-/live") return new Response("pyroduct is alive.\n");
      return new Response(`${pathname}\n`, { status });
    },
  });
}

/** Runs the command to its end. */
async function probed(port: number, question: readonly string[], variables: Record<string, string> = {}) {
  const args = ["probe", ...question, `--server.http.listen-addr=:${port}`];
  await using run = new PyroductRun(
    () => args,
    undefined,
    () => variables,
  );
  return await run.ended();
}

describe.concurrent("probe", () => {
  test.each<[readonly string[], string]>([
    [[], "/-/ready\n"],
    [["ready"], "/-/ready\n"],
    [["live"], "pyroduct is alive.\n"],
    [["healthy"], "/-/healthy\n"],
  ])(
    "%j asks the admin server and prints what it says",
    async (question, out) => {
      await using admin = adminServer(200);
      expect(await probed(admin.port ?? 0, question)).toEqual({ status: 0, out, error: "" });
    },
    processTestMs,
  );

  test(
    "has status 1 where the answer is no",
    async () => {
      await using admin = adminServer(503);
      expect(await probed(admin.port ?? 0, [])).toEqual({ status: 1, out: "/-/ready\n", error: "" });
    },
    processTestMs,
  );

  test(
    "has status 1 and tells why where there is no answer",
    async () => {
      const admin = adminServer(200);
      const { port = 0 } = admin;
      await admin.stop(true);
      const { status, error } = await probed(port, []);
      expect(status).toBe(1);
      expect(error).toStartWith(`no pyroduct answers at 127.0.0.1:${port}: connection refused: `);
    },
    processTestMs,
  );

  test(
    "goes through no proxy",
    async () => {
      await using admin = adminServer(200);
      const proxy = "http://127.0.0.1:1";
      const ended = await probed(admin.port ?? 0, [], { HTTP_PROXY: proxy, http_proxy: proxy });
      expect(ended.status).toBe(0);
    },
    processTestMs,
  );
});

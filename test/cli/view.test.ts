import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { PyroductRun, processTestMs } from "./pyroduct_run.ts";

const folded = "main;work;encode 30\nmain;idle 5\n";

/** Starts `view` on a file with that content; returns it and the address that it prints, without what follows #. */
async function viewing(content: string | Uint8Array) {
  const run = new PyroductRun((folder) => {
    writeFileSync(folder.file("stacks.txt"), content);
    return ["view", folder.file("stacks.txt"), "--no-open"];
  });
  const [, base = "", hash] = await run.hasSaid(/(http:\/\/127\.0\.0\.1:\d+\/[^#]+)#(\S+)/);
  return { run, base, hash };
}

describe("view", () => {
  test(
    "serves speedscope and the profile, decompressed, and nothing else, until a signal ends it",
    async () => {
      const { run, base, hash } = await viewing(gzipSync(folded));
      await using _ = run;
      expect(hash).toBe("profileURL=profile&title=stacks.txt");

      const page = await fetch(base);
      expect(page.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
      const [, script = ""] = /<script src="([^"]+)"/.exec(await page.text()) ?? [];
      expect((await fetch(new URL(script, base))).headers.get("Content-Type")).toStartWith("text/javascript");

      const profile = await fetch(new URL("profile", base));
      expect(await profile.text()).toBe(folded);
      expect(profile.headers.get("Content-Disposition")).toBe("attachment");

      // Who does not know the path, another user of the machine, gets neither page nor profile.
      for (const path of ["/", "/profile", "/speedscope/", "/metrics"]) {
        expect((await fetch(new URL(path, base))).status).toBe(404);
      }
      expect((await fetch(new URL("toString", base))).status).toBe(404);

      run.kill("SIGINT");
      expect((await run.ended()).status).toBe(0);
    },
    processTestMs,
  );

  test.each([
    ["a file that is not there", undefined, "can't read"],
    ["a file that is no profile", "hello, world\n", "is no profile: expected pprof, JFR or folded stacks"],
    ["gzip that ends too soon", gzipSync(folded).subarray(0, 20), "can't read"],
  ])(
    "refuses %s with status 1",
    async (_, content, words) => {
      await using run = new PyroductRun((folder) => {
        if (content !== undefined) writeFileSync(folder.file("x"), content);
        return ["view", folder.file("x"), "--no-open"];
      });
      const { status, error } = await run.ended();
      expect(error).toContain(words);
      expect(status).toBe(1);
    },
    processTestMs,
  );
});

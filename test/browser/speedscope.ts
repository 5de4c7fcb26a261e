import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { FrameLocator, Page } from "playwright-core";
import { samplePprof } from "../admin/pprof/sample_pprof.ts";
import { PyroductRun } from "../cli/pyroduct_run.ts";
import { loadCaptures } from "../wire/capture.ts";
import { Bed, receiverTo } from "./bed.ts";
import { openPage } from "./browser.ts";
import { keepScreenshot } from "./screenshot.ts";
import { ingest, push, replay } from "./send_profiles.ts";

const stored = {
  ...receiverTo("pyroscope.local_store.recent.receiver"),
  "pyroscope.local_store": { recent: {} },
};

const folded = "main;work;encode 30\nmain;idle 5\n";

/** Ways in which a profile may come, and a function that must be seen in it. */
const kinds: readonly (readonly [string, (receiver: string) => Promise<unknown>, RegExp])[] = [
  ["Push", (to) => push(to, { service_name: "a" }, samplePprof({ "main;pushed": 1e9 })), /^pushed$/],
  [
    "Push of gzipped pprof",
    (to) => push(to, { service_name: "a" }, gzipSync(samplePprof({ "main;zipped": 1e9 }))),
    /^zipped$/,
  ],
  ["pprof on /ingest", (to) => ingest(to, "a", samplePprof({ "main;ingested": 1e9 })), /^ingested$/],
  ["folded stacks", (to) => ingest(to, "a", folded, "folded"), /^encode$/],
  ["a multipart form of the Go SDK", (to) => replay(to, "pyroscope-go/0000"), /^(main|runtime|crypto)[./]/],
  ["a multipart form of JFR of the Java agent", (to) => replay(to, "pyroscope-java/0000"), /java/],
];

/** Looks for a function in speedscope's table, which is text, where its graph is a picture. */
async function findFunction(viewer: Page | FrameLocator, name: RegExp): Promise<void> {
  await viewer.getByText("Sandwich").click();
  await viewer.getByText(name).first().waitFor();
}

export async function registerSpeedscopeTests(): Promise<void> {
  const jfr = await recordedJfr();

  describe("a stored profile opens in speedscope", () => {
    test.each(kinds)("%s", async (_, send, name) => {
      await using bed = await Bed.open(stored);
      const { page } = bed;
      await send(bed.receiver);
      await bed.goTo("#/flame");
      await page
        .getByRole("link", { name: /^Open the profile of/ })
        .first()
        .click();
      await findFunction(page.frameLocator("iframe"), name);
      bed.expectNoComplaints();
    });

    test("and so does what was merged", async () => {
      await using bed = await Bed.open(stored);
      const { page, receiver } = bed;
      await push(receiver, { service_name: "a" }, samplePprof({ "main;first": 1e9 }));
      await push(receiver, { service_name: "a" }, samplePprof({ "main;second": 2e9 }));
      await bed.goTo("#/flame?service=a");
      await page.getByRole("link", { name: "Open in speedscope" }).click();
      const viewer = page.frameLocator("iframe");
      await findFunction(viewer, /^first$/);
      await viewer.getByText("second", { exact: true }).first().waitFor();
      await viewer.getByText("Left Heavy").click();
      await keepScreenshot(page, "speedscope");
      bed.expectNoComplaints();
    });
  });

  describe("pyroduct view", () => {
    test.each<[string, Uint8Array | string, RegExp]>([
      ["pprof", samplePprof({ "main;viewed": 1e9 }), /^viewed$/],
      ["gzipped pprof", gzipSync(samplePprof({ "main;unzipped": 1e9 })), /^unzipped$/],
      ["JFR", jfr, /java/],
      ["folded stacks", folded, /^encode$/],
    ])("opens %s", async (_, content, name) => {
      await using run = new PyroductRun((folder) => {
        writeFileSync(folder.file("profile"), content);
        return ["view", folder.file("profile"), "--no-open"];
      });
      const [url] = await run.hasSaid(/http:\S+/);
      await using watched = await openPage();
      await watched.page.goto(url);
      await findFunction(watched.page, name);
      expect(watched.complaints).toEqual([]);
    });
  });
}

/** A recording that Java's agent sent. */
async function recordedJfr(): Promise<Uint8Array> {
  const capture = loadCaptures().find(({ name }) => name === "pyroscope-java/0000");
  const headers = (capture?.request.headers ?? []).map(([name, value]): [string, string] => [name, value]);
  const form = await new Response(new Uint8Array(capture?.request.body ?? []), { headers }).formData();
  const jfr = form.get("jfr");
  if (!(jfr instanceof Blob)) throw new Error("the capture has no part jfr");
  return await jfr.bytes();
}

import { describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import type { ProfilePage } from "../../src/admin/api/store.ts";
import { samplePprof } from "../admin/pprof/sample_pprof.ts";
import { seriousProblems } from "./axe.ts";
import { Bed, receiverTo } from "./bed.ts";
import type { Looks } from "./browser.ts";
import { keepScreenshot } from "./screenshot.ts";
import { push } from "./send_profiles.ts";
import { Sink } from "./sink.ts";
import { untilSeen } from "./until_seen.ts";

const looks: readonly (readonly [string, Looks])[] = [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["on a phone", { width: 390, height: 844 }],
];

/** Each view, and what must be there before it is looked at. */
const views: readonly (readonly [hash: string, text: string])[] = [
  ["#/flow", "healthy"],
  ["#/flow?component=pyroscope.write.cloud", "Health history"],
  ["#/live", "delivered"],
  ["#/flame?service=shop", "1 function"],
  ["#/flame?service=shop&compare=before", "less than before"],
  ["#/config", "In use"],
  ["#/start", "Send me a sample"],
];

async function problemsOf(page: Page): Promise<string[]> {
  const problems = await seriousProblems(page);
  const tooWide = await page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
  return tooWide === 0 ? problems : [...problems, `${tooWide} pixels too wide`];
}

export function registerAccessibilityTests(): void {
  describe.each(looks)("every view, %s", (name, look) => {
    test("has nothing serious against it by axe, and fits the width", async () => {
      await using sink = new Sink();
      await using bed = await Bed.open(
        {
          ...receiverTo("pyroscope.write.cloud.receiver", "pyroscope.local_store.recent.receiver"),
          "pyroscope.write": { cloud: { endpoint: { url: sink.url } } },
          "pyroscope.local_store": { recent: {} },
        },
        look,
      );
      const { page, receiver } = bed;
      await push(receiver, { service_name: "shop", env: "prod" }, samplePprof({ work: 1e9 }));
      const problems: string[] = [];
      const { profiles } = (await (await fetch(`${bed.admin}/api/v0/profiles`)).json()) as ProfilePage;
      const profileView = [`#/profile?id=${profiles[0]?.id}&title=shop`, "Download"] as const;
      for (const [hash, text] of [...views, profileView]) {
        await bed.goTo(hash);
        if (hash === "#/live") {
          await page.getByText("Live", { exact: true }).waitFor();
          await untilSeen(page.getByText("delivered").first(), () =>
            push(receiver, { service_name: "shop" }, samplePprof({ work: 1e9 })),
          );
        }
        await page.getByText(text).first().waitFor();
        const found = await problemsOf(page);
        problems.push(...found.map((problem) => `${hash}: ${problem}`));
        if (hash === "#/flow" && name !== "light")
          await keepScreenshot(page, `flow_${name.replaceAll(" ", "_")}`);
      }
      expect(problems).toEqual([]);
      bed.expectNoComplaints();
    });
  });

  test("colours are the system's unless one chooses, and the choice stays", async () => {
    await using bed = await Bed.open(undefined, { colorScheme: "dark" });
    const { page } = bed;
    await bed.goTo("");
    const paper = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    await page.getByLabel("Colours").waitFor();
    const dark = await paper();
    await page.getByLabel("Colours").selectOption("Light");
    const light = await paper();
    expect(light).not.toBe(dark);
    await page.reload();
    await page.getByLabel("Colours").waitFor();
    expect(await paper()).toBe(light);
    bed.expectNoComplaints();
  });
}

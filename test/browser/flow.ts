import { describe, expect, test } from "bun:test";
import { samplePprof } from "../admin/pprof/sample_pprof.ts";
import { eventually } from "../base/eventually.ts";
import { Bed, type Config, receiverTo } from "./bed.ts";
import { keepScreenshot } from "./screenshot.ts";
import { ingest, push } from "./send_profiles.ts";
import { Sink } from "./sink.ts";

const profile = samplePprof({ "main;work": 1e9 });

function wiring(good: Sink, bad: Sink): Config {
  return {
    ...receiverTo("pyroscope.relabel.clean.receiver"),
    "pyroscope.relabel": {
      clean: {
        rule: { action: "labeldrop", regex: "pod_uid" },
        forward_to: ["pyroscope.write.cloud.receiver", "pyroscope.local_store.recent.receiver"],
      },
    },
    "pyroscope.write": {
      cloud: {
        endpoint: [
          { url: good.url, name: "east", basic_auth: { username: "u", password: "open-sesame" } },
          { url: bad.url, name: "west", max_backoff_retries: 1 },
        ],
      },
    },
    "pyroscope.local_store": { recent: {} },
  };
}

export function registerFlowTests(): void {
  describe("the flow", () => {
    test("shows the wiring live: rates, errors, health; and of each component all that is known", async () => {
      await using good = new Sink();
      await using bad = new Sink();
      bad.status = 503;
      await using bed = await Bed.open(wiring(good, bad));
      const { page, receiver } = bed;
      await bed.goTo("");
      await page.getByRole("heading", { name: "Flow" }).waitFor();
      await page.getByText("Live", { exact: true }).waitFor();

      const sending = setInterval(() => {
        void push(receiver, { service_name: "shop" }, profile).catch(() => undefined);
      }, 50);
      try {
        const write = page.getByRole("button", { name: /^pyroscope\.write cloud/ });
        await write.filter({ hasText: "unhealthy" }).waitFor();
        await write.filter({ hasText: /west.*failing/ }).waitFor();
        await page.locator(".flow-edge text").first().waitFor();
        expect(await page.locator(".flow-edge text").first().textContent()).toMatch(/^[\d.]+\/s · /);
        await page.getByRole("link", { name: "1 unhealthy" }).waitFor();

        await write.click();
        const details = page.getByRole("complementary", { name: "pyroscope.write.cloud" });
        await details.getByText("the disk of this server is full").first().waitFor();
        const text = (await details.textContent()) ?? "";
        expect(text).toContain("basic_auth");
        expect(text).not.toContain("open-sesame");
        await details
          .getByRole("img", { name: /^Profiles sent, last 15 minutes: now [\d.]+\/s/ })
          .first()
          .waitFor();
        await details.getByRole("heading", { name: "Last errors" }).waitFor();
        // It was healthy at first, then no longer.
        const history = details.locator("section", { hasText: "Health history" }).getByRole("listitem");
        await eventually("two states of health", async () => (await history.count()) >= 2, 10_000);
        await keepScreenshot(page, "flow");

        bad.status = 200;
        await write.filter({ hasNotText: "unhealthy" }).waitFor();
      } finally {
        clearInterval(sending);
      }
      bed.expectNoComplaints();
    });

    test("is worked with the keyboard alone", async () => {
      await using good = new Sink();
      await using bed = await Bed.open(wiring(good, good));
      const { page } = bed;
      await bed.goTo("");
      const relabel = page.getByRole("button", { name: /^pyroscope\.relabel clean/ });
      await relabel.waitFor();
      expect(await relabel.textContent()).toContain("forwards to pyroscope.write.cloud");
      await page.keyboard.press("Tab");
      expect(await page.locator(":focus").textContent()).toContain("Skip to content");
      await page.keyboard.press("Enter");
      for (let presses = 0; presses < 12; presses += 1) {
        await page.keyboard.press("Tab");
        if (((await page.locator(":focus").textContent()) ?? "").startsWith("pyroscope.relabel")) break;
      }
      await page.keyboard.press("Enter");
      await page.getByRole("complementary", { name: "pyroscope.relabel.clean" }).waitFor();
      await page.getByRole("button", { name: "Close" }).click();
      await page.getByRole("complementary").waitFor({ state: "detached" });

      await page.getByLabel("Find a component").fill("pyroscope.local_store.recent");
      await page.getByRole("complementary", { name: "pyroscope.local_store.recent" }).waitFor();
      expect(await ingest(bed.receiver, "shop", profile)).toBe(200);
      bed.expectNoComplaints();
    });
  });
}

import { describe, expect, test } from "bun:test";
import { samplePprof } from "../admin/pprof/sample_pprof.ts";
import { seriousProblems } from "./axe.ts";
import { Bed, type Config, receiverTo } from "./bed.ts";
import { keepScreenshot } from "./screenshot.ts";
import { ingest } from "./send_profiles.ts";
import { Sink } from "./sink.ts";

const profile = samplePprof({ "main;work": 1e9 });

function wiring(sink: Sink): Config {
  return {
    ...receiverTo("pyroscope.write.cloud.receiver"),
    "pyroscope.write": {
      cloud: {
        endpoint: { url: sink.url, name: "east", max_backoff_period: "500ms", queue: { type: "disk" } },
      },
    },
  };
}

export function registerQueueTests(): void {
  describe("queues", () => {
    test("are nowhere to be seen where no endpoint has one", async () => {
      await using bed = await Bed.open();
      const { page } = bed;
      await bed.goTo("#/flow");
      await page.getByRole("link", { name: "Configuration" }).waitFor();
      expect(await page.getByRole("link", { name: "Queues" }).count()).toBe(0);
      await bed.goTo("#/queues");
      await page.getByText("No endpoint has a queue.").waitFor();
      bed.expectNoComplaints();
    });

    test("show what waits over time, and drop it after asking", async () => {
      await using sink = new Sink();
      sink.status = 503;
      await using bed = await Bed.open(wiring(sink));
      const { page, receiver } = bed;
      for (let count = 0; count < 5; count += 1) expect(await ingest(receiver, "shop", profile)).toBe(200);
      await bed.goTo("#/flow");
      await page
        .getByRole("button", { name: /^pyroscope\.write cloud/ })
        .filter({ hasText: "5 queued" })
        .waitFor();
      await page.getByRole("link", { name: "Queues" }).click();
      const queue = page.getByRole("region", { name: /east/ });
      await queue.getByText(/^5 profiles, /).waitFor();
      await queue.getByText(/^[\d.]+ m?s old$/).waitFor();
      await queue.getByRole("img", { name: /^Profiles in the queue, last 15 minutes: now 5,/ }).waitFor();
      expect(await seriousProblems(page)).toEqual([]);

      await queue.getByRole("button", { name: "Drop all that waits" }).click();
      const question = page.getByRole("dialog");
      await question.getByText(/^Drop 5 profiles that wait for east\?/).waitFor();
      expect(await seriousProblems(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await question.waitFor({ state: "detached" });
      await queue.getByText(/^5 profiles, /).waitFor();
      await queue.getByRole("button", { name: "Drop all that waits" }).click();
      await question.getByRole("button", { name: "Drop" }).click();
      await queue.getByText("5 profiles dropped.").waitFor();
      await queue.getByText(/^0 profiles, /).waitFor();
      bed.expectNoComplaints();
    });

    test("let one look into dead letters, send them again, and drop them after asking", async () => {
      await using sink = new Sink();
      sink.status = 422;
      await using bed = await Bed.open(wiring(sink));
      const { page, receiver } = bed;
      expect(await ingest(receiver, "shop", profile)).toBe(200);
      expect(await ingest(receiver, "cart", profile)).toBe(200);
      await bed.goTo("#/queues");
      const queue = page.getByRole("region", { name: /east/ });
      const letter = (service: string) => queue.getByRole("row").filter({ hasText: `name=${service}{` });
      await letter("shop").filter({ hasText: "the disk of this server is full" }).waitFor();
      await letter("cart").waitFor();
      await queue.getByRole("img", { name: /^Profiles in the queue/ }).waitFor();
      await keepScreenshot(page, "queues");
      expect(await seriousProblems(page)).toEqual([]);

      const link = letter("cart").getByRole("link", { name: "Download" });
      const body = await fetch(`${bed.admin}${await link.getAttribute("href")}`);
      expect(await body.bytes()).toEqual(profile);

      await letter("cart").getByRole("button", { name: /^Drop/ }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Drop" }).click();
      await letter("cart").waitFor({ state: "detached" });

      const before = sink.requests;
      sink.status = 200;
      await letter("shop")
        .getByRole("button", { name: /^Resend/ })
        .click();
      await queue.getByText("1 profile sent again.").waitFor();
      await letter("shop").waitFor({ state: "detached" });
      expect(sink.requests).toBeGreaterThan(before);
      bed.expectNoComplaints();
    });
  });
}

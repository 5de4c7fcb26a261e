import { describe, expect, test } from "bun:test";
import { samplePprof } from "../admin/pprof/sample_pprof.ts";
import { Bed, type Config, receiverTo } from "./bed.ts";
import { keepScreenshot } from "./screenshot.ts";
import { ingest, push } from "./send_profiles.ts";
import { Sink } from "./sink.ts";
import { untilSeen } from "./until_seen.ts";

const profile = samplePprof({ "main;work": 1e9 });

function wiring(sink: Sink): Config {
  return {
    ...receiverTo("pyroscope.relabel.clean.receiver"),
    "pyroscope.relabel": {
      clean: {
        rule: [
          { action: "labeldrop", regex: "pod_uid" },
          { action: "drop", source_labels: ["env"], regex: "test" },
        ],
        forward_to: ["pyroscope.write.cloud.receiver"],
      },
    },
    "pyroscope.write": { cloud: { endpoint: { url: sink.url, name: "east", max_backoff_retries: 1 } } },
  };
}

export function registerLiveTests(): void {
  describe("live profiles", () => {
    test("pass as they come, and say why one was dropped, refused or not taken", async () => {
      await using sink = new Sink();
      await using bed = await Bed.open(wiring(sink));
      const { page, receiver } = bed;
      await bed.goTo("#/live");
      await page.getByText("Live", { exact: true }).waitFor();

      const row = (service: string) => page.getByRole("row", { name: new RegExp(` ${service} `) }).first();
      await untilSeen(row("shop").filter({ hasText: "delivered" }).filter({ hasText: "east" }), () =>
        push(receiver, { service_name: "shop", env: "prod" }, profile),
      );
      await untilSeen(row("cart").filter({ hasText: "dropped" }), () =>
        push(receiver, { service_name: "cart", env: "test" }, profile),
      );
      await untilSeen(row("bill").filter({ hasText: "refused" }).filter({ hasText: "a b" }), async () => {
        await expect(push(receiver, { service_name: "bill", "a b": "1" }, profile)).rejects.toThrow("400: ");
      });
      sink.status = 422;
      const answer = "the disk of this server is full";
      await untilSeen(row("mail").filter({ hasText: "failed" }).filter({ hasText: answer }), async () => {
        expect(await ingest(receiver, "mail{env=prod}", profile)).toBe(422);
      });

      await page.getByRole("button", { name: "cart" }).first().click();
      await page.getByText("rule[1]: drop on env, regex test; it saw “test”").waitFor();
      await page.getByRole("link", { name: "pyroscope.relabel.clean" }).waitFor();
      await keepScreenshot(page, "live_profiles");

      // Who reads is not disturbed.
      await page.getByText("Paused").waitFor();
      sink.status = 200;
      await untilSeen(page.getByText(/^\d+ more since$/), () =>
        push(receiver, { service_name: "late" }, profile),
      );
      expect(await row("late").count()).toBe(0);
      await page.getByRole("button", { name: "Pause" }).click();
      await row("late").waitFor();
      bed.expectNoComplaints();
    });

    test("are filtered by matchers of labels as in Prometheus", async () => {
      await using sink = new Sink();
      await using bed = await Bed.open(wiring(sink));
      const { page, receiver } = bed;
      await bed.goTo("#/live");
      const field = page.getByLabel("Labels, as in Prometheus");
      await field.fill("{env=~");
      await page.getByRole("button", { name: "Filter" }).click();
      await page.getByRole("alert").filter({ hasText: /\S/ }).waitFor();
      expect(await field.getAttribute("aria-invalid")).toBe("true");

      await field.fill('{env=~"pr.*",service_name!="cart"}');
      await field.press("Enter");
      await page.getByText("Live", { exact: true }).waitFor();
      await push(receiver, { service_name: "cart", env: "prod" }, profile);
      await push(receiver, { service_name: "mail", env: "stage" }, profile);
      await untilSeen(page.getByRole("button", { name: "shop" }).first(), () =>
        push(receiver, { service_name: "shop", env: "prod" }, profile),
      );
      expect(await page.getByRole("button", { name: /cart|mail/ }).count()).toBe(0);
      bed.expectNoComplaints();
    });

    test("open as a flame graph, though nothing stores them", async () => {
      await using sink = new Sink();
      await using bed = await Bed.open(wiring(sink));
      const { page, receiver } = bed;
      await bed.goTo("#/live");
      await page.getByText("Live", { exact: true }).waitFor();
      const shop = page.getByRole("button", { name: "shop" }).first();
      const passing = samplePprof({ "main;passing_by": 5e9 });
      await untilSeen(shop, () => push(receiver, { service_name: "shop" }, passing));
      await shop.click();
      await page.getByRole("link", { name: "Open the flame graph" }).click();
      const viewer = page.frameLocator("iframe");
      await viewer.getByText("Sandwich").click();
      await viewer.getByText("passing_by").first().waitFor();
      bed.expectNoComplaints();
    });
  });
}

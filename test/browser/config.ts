import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { Bed, receiverTo } from "./bed.ts";
import { keepScreenshot } from "./screenshot.ts";

const config = {
  ...receiverTo("pyroscope.write.cloud.receiver"),
  "pyroscope.write": {
    cloud: {
      endpoint: {
        url: "http://127.0.0.1:1",
        remote_timeout: "10s",
        basic_auth: { username: "u", password: "open-sesame" },
      },
    },
  },
};

export function registerConfigTests(): void {
  describe("the configuration", () => {
    test("is shown without secrets, compared with the file, validated and reloaded", async () => {
      await using bed = await Bed.open(config);
      const { page } = bed;
      await bed.goTo("#/config");
      const running = page.getByRole("region", { name: "In use" });
      await running.getByText("remote_timeout: 10s").waitFor();
      expect(await page.content()).not.toContain("open-sesame");
      await page.getByText("as on disk").waitFor();
      const right = readFileSync(bed.configPath, "utf8");

      // A mistake.
      writeFileSync(bed.configPath, right.replace("remote_timeout", "remote_timeuot"));
      await page.getByRole("button", { name: "Validate" }).click();
      const line = right.split("\n").findIndex((text) => text.includes("remote_timeout")) + 1;
      const words = new RegExp(
        `pyroduct\\.yaml:${line}:\\d+: pyroscope\\.write\\.cloud\\.endpoint.*remote_timeuot: unknown key \\(did you mean "remote_timeout"\\?\\)`,
      );
      const outcome = page.getByRole("region", { name: "The file on disk" }).getByRole("status");
      await outcome.filter({ hasText: words }).waitFor();
      await page.getByRole("button", { name: "Reload" }).click();
      await outcome.filter({ hasText: "Not reloaded" }).filter({ hasText: words }).waitFor();
      expect(await running.textContent()).toContain("remote_timeout: 10s");

      // Put right, and changed.
      writeFileSync(bed.configPath, right.replace("remote_timeout: 10s", "remote_timeout: 20s"));
      await page.getByText("changed on disk").waitFor();
      const difference = page.getByRole("region", { name: "From what is in use to what is on disk" });
      await difference.locator(".removed", { hasText: "remote_timeout: 10s" }).waitFor();
      await difference.locator(".added", { hasText: "remote_timeout: 20s" }).waitFor();
      await page.getByRole("button", { name: "Validate" }).click();
      await outcome.filter({ hasText: "The file is right: 2 components." }).waitFor();
      await keepScreenshot(page, "configuration");
      await page.getByRole("button", { name: "Reload" }).click();
      await outcome.filter({ hasText: "Reloaded" }).waitFor();
      await running.getByText("remote_timeout: 20s").waitFor();
      await difference.waitFor({ state: "detached" });
      bed.expectNoComplaints();
    });

    test("has its reference at hand", async () => {
      await using bed = await Bed.open(config);
      const { page } = bed;
      await bed.goTo("#/config");
      await page.getByLabel("Find an argument").fill("remote_timeout");
      const row = page.getByRole("row", { name: /remote_timeout/ }).first();
      await row.filter({ hasText: "10s" }).waitFor();
      await page.getByLabel("Find an argument").fill("no such thing");
      await page.getByText("No argument has that in it.").waitFor();
      bed.expectNoComplaints();
    });
  });
}

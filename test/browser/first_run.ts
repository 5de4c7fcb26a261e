import { describe, expect, test } from "bun:test";
import { samplePprof } from "../admin/pprof/sample_pprof.ts";
import { Bed } from "./bed.ts";
import { keepScreenshot } from "./screenshot.ts";
import { ingest } from "./send_profiles.ts";

const languages = ["Go", "Java", "Python", "Node.js", "Rust", "Ruby", ".NET", "eBPF, through Alloy", "curl"];

export function registerFirstRunTests(): void {
  describe("the first run", () => {
    test("shows lines to copy for each SDK with the right address, and goes to the first profile", async () => {
      await using bed = await Bed.open();
      const { page, receiver } = bed;
      await bed.goTo("");
      await page.getByRole("heading", { name: "Send profiles" }).waitFor();
      for (const name of languages) {
        const lines = page.getByRole("region", { name, exact: true }).locator("pre").last();
        expect(await lines.textContent()).toContain(receiver);
      }
      await page.getByRole("button", { name: "Copy the lines for Go" }).click();
      await page.getByRole("region", { name: "Go", exact: true }).getByText("Copied").waitFor();
      await page.getByText("Waiting for the first profile").waitFor();
      await keepScreenshot(page, "first_run");

      expect(await ingest(receiver, "my.first.app", samplePprof({ "main;work": 7e9 }))).toBe(200);
      await page.getByRole("heading", { name: "Flame graphs" }).waitFor();
      expect(await page.getByRole("combobox", { name: /^Service/ }).inputValue()).toBe("my.first.app");
      await page
        .getByRole("region", { name: "Top functions" })
        .getByRole("button", { name: "work" })
        .waitFor();
      bed.expectNoComplaints();
    });

    test("sends a sample of pyroduct itself, and shows its flame graph", async () => {
      await using bed = await Bed.open();
      const { page } = bed;
      await bed.goTo("");
      await page.getByRole("button", { name: "Send me a sample" }).click();
      await page.getByText("pyroduct profiles itself").waitFor();
      await page.getByRole("heading", { name: "Flame graphs" }).waitFor();
      expect(await page.getByRole("combobox", { name: /^Service/ }).inputValue()).toBe("pyroduct");
      await page.getByRole("application", { name: /^Flame graph of/ }).waitFor();
      const rows = page.getByRole("region", { name: "Top functions" }).getByRole("row");
      expect(await rows.count()).toBeGreaterThan(3);
      bed.expectNoComplaints();
    });
  });
}

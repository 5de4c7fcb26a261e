import { describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { samplePprof } from "../admin/pprof/sample_pprof.ts";
import { Bed, receiverTo } from "./bed.ts";
import { keepScreenshot } from "./screenshot.ts";
import { push } from "./send_profiles.ts";

const stored = {
  ...receiverTo("pyroscope.local_store.recent.receiver"),
  "pyroscope.local_store": { recent: {} },
};

const before = samplePprof({
  "main;handle;encode;compress": 40e9,
  "main;handle;encode": 15e9,
  "main;handle;query;scan": 20e9,
  "main;collect_garbage": 10e9,
});

const after = samplePprof({
  "main;handle;encode;compress": 12e9,
  "main;handle;encode": 15e9,
  "main;handle;query;scan": 60e9,
  "main;collect_garbage": 10e9,
});

async function topFunctions(page: Page): Promise<string[]> {
  const names = page.getByRole("region", { name: "Top functions" }).locator("tbody button");
  await names.first().waitFor();
  return await names.allTextContents();
}

export function registerFlameTests(): void {
  describe("flame graphs of the store", () => {
    test("are merged from what is chosen, with a table to sort and search", async () => {
      await using bed = await Bed.open(stored);
      const { page, receiver } = bed;
      await push(receiver, { service_name: "shop", env: "prod" }, before);
      await push(receiver, { service_name: "shop", env: "prod" }, before);
      await push(receiver, { service_name: "shop", env: "test" }, after);
      await push(receiver, { service_name: "cart", env: "prod" }, samplePprof({ cart_only: 1e9 }));

      await bed.goTo("#/flame");
      await page.getByRole("combobox", { name: /^Service/ }).selectOption("shop");
      await page.getByText("3 profiles,").waitFor();
      expect(await topFunctions(page)).toEqual([
        "scan",
        "compress",
        "encode",
        "collect_garbage",
        "handle",
        "main",
        "query",
      ]);
      const table = page.getByRole("region", { name: "Top functions" });
      await table.getByRole("button", { name: "Total" }).click();
      expect((await topFunctions(page)).slice(0, 2)).toEqual(["main", "handle"]);
      expect(await table.getByRole("columnheader", { name: "Total" }).getAttribute("aria-sort")).toBe(
        "descending",
      );

      await page.getByLabel("Find a function").fill("SCAN");
      expect(await topFunctions(page)).toEqual(["scan"]);
      await page.getByText("1 function matches, in").waitFor();
      await page.getByLabel("Find a function").fill("");
      await keepScreenshot(page, "flame_graph");

      // By labels, chosen from a list.
      await page.getByLabel("Add a label").selectOption("env");
      await page.getByLabel("Value of env").selectOption("test");
      await page.getByText("1 profile,").waitFor();
      await page.getByRole("row", { name: /^scan 1 min · 61\.9 % / }).waitFor();
      expect(await page.getByLabel("Labels", { exact: true }).inputValue()).toBe('env="test"');
      bed.expectNoComplaints();
    });

    test("are walked through with the keyboard, and told in words", async () => {
      await using bed = await Bed.open(stored);
      const { page, receiver } = bed;
      await push(receiver, { service_name: "shop" }, before);
      await bed.goTo("#/flame?service=shop");
      const graph = page.getByRole("application", { name: /^Flame graph of .*cpu/ });
      await graph.focus();
      const words = page.locator(".flame-words [role=status]");
      const steps = [
        ["ArrowDown", "main"],
        ["ArrowDown", "handle"],
        ["ArrowDown", "encode"],
        ["ArrowRight", "query"],
        ["ArrowUp", "handle"],
      ] as const;
      for (const [key, name] of steps) {
        await page.keyboard.press(key);
        await words.filter({ hasText: new RegExp(`^${name} `) }).waitFor();
      }
      expect(await words.textContent()).toMatch(/^handle 1\.25 min \(88\.2 %\) in all/);
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Show all" }).waitFor();
      await graph.focus();
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Show all" }).waitFor({ state: "detached" });

      // And with the mouse: the second row is main.
      await graph.locator("canvas").click({ position: { x: 60, y: 30 } });
      await words.filter({ hasText: /^main / }).waitFor();
      bed.expectNoComplaints();
    });

    test("are compared, and what grew and shrank is told in colour and numbers", async () => {
      await using bed = await Bed.open(stored);
      const { page, receiver } = bed;
      await push(receiver, { service_name: "shop", version: "1" }, before);
      await push(receiver, { service_name: "shop", version: "2" }, after);
      await bed.goTo(`#/flame?${new URLSearchParams({ service: "shop", labels: 'version="2"' })}`);
      await page.getByText("1 profile,").waitFor();
      await page.getByLabel("Compare with").selectOption("labels");
      await page.getByLabel("Compared labels; empty for the same").fill('version="1"');
      await page.getByLabel("Compared labels; empty for the same").press("Enter");
      await page.getByRole("application", { name: /^Difference in/ }).waitFor();
      // Before the labels were given, both sides were the same.
      await page.getByRole("row", { name: /^scan 23\.5 % 61\.9 % \+38\.3 % / }).waitFor();
      expect((await topFunctions(page))[0]).toBe("scan");
      await page
        .getByRole("region", { name: "Top functions" })
        .getByRole("button", { name: "Change", exact: false })
        .first()
        .click();
      expect((await topFunctions(page))[0]).toBe("compress");
      await keepScreenshot(page, "difference");
      bed.expectNoComplaints();
    });
  });
}

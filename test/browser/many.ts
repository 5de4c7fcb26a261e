import { describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { Bed, type Config } from "./bed.ts";
import { Flood } from "./flood.ts";
import { Sink } from "./sink.ts";

const branches = 66;

/** A receiver, 66 branches of relabel, enrich and write, and one more write: 200 components in all. */
function manyComponents(sink: Sink): Config {
  const labels = Array.from({ length: branches }, (_, index) => `b${index}`);
  const each = (argumentsOf: (label: string, index: number) => unknown) =>
    Object.fromEntries(labels.map((label, index) => [label, argumentsOf(label, index)]));
  return {
    "pyroscope.receive_http": {
      default: {
        http: { listen_address: "127.0.0.1", listen_port: 0 },
        forward_to: labels.map((label) => `pyroscope.relabel.${label}.receiver`),
      },
    },
    "pyroscope.relabel": each((label, index) => ({
      // Each branch takes its share, so that what comes is not multiplied.
      rule: { action: "keep", source_labels: ["branch"], regex: String(index) },
      forward_to: [`pyroscope.enrich.${label}.receiver`],
    })),
    "pyroscope.enrich": each((label, index) => ({
      targets: [{ branch: String(index), team: "a" }],
      target_match_label: "branch",
      forward_to: [
        `pyroscope.write.${label}.receiver`,
        ...(index === 0 ? ["pyroscope.write.cloud.receiver"] : []),
      ],
    })),
    "pyroscope.write": {
      ...each(() => ({ endpoint: { url: sink.url } })),
      cloud: { endpoint: { url: sink.url } },
    },
  };
}

/** The longest that the page did not react to anything while this went on, in milliseconds. */
async function longestPause(page: Page, ms: number): Promise<number> {
  return (await page.evaluate(`new Promise((done) => {
    let last = performance.now(), longest = 0;
    const end = last + ${ms};
    const tick = () => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      if (now < end) setTimeout(tick, 0); else done(longest);
    };
    tick();
  })`)) as number;
}

export function registerManyTests(): void {
  describe("200 components and 2,000 profiles a second", () => {
    test("stay usable", async () => {
      await using sink = new Sink();
      await using bed = await Bed.open(manyComponents(sink));
      const { page } = bed;
      await using flood = new Flood(bed.receiver, branches, 2000);
      const start = performance.now();
      await bed.goTo("#/flow");
      await page.getByRole("button", { name: /^pyroscope\.write cloud/ }).waitFor();
      const shown = performance.now() - start;
      expect(await page.locator("[data-component]").count()).toBe(200);
      await page.locator(".flow-edge.busy").first().waitFor();
      const flowPause = await longestPause(page, 3000);

      const clicked = performance.now();
      await page.getByRole("button", { name: /^pyroscope\.write cloud/ }).click();
      await page.getByRole("heading", { name: "Last 15 minutes" }).waitFor();
      const opened = performance.now() - clicked;

      await page.getByRole("link", { name: "Live profiles" }).click();
      await page.getByRole("row").nth(20).waitFor();
      const livePause = await longestPause(page, 3000);
      await page.getByRole("button", { name: "Pause" }).click();
      await page.getByText("Paused").waitFor();
      const sent = flood.rate();
      console.log(
        `${Math.round(sent)} profiles/s; graph after ${Math.round(shown)} ms, details after ${Math.round(opened)} ms; longest pause ${Math.round(flowPause)} ms in the graph, ${Math.round(livePause)} ms in the list`,
      );
      expect(sent).toBeGreaterThan(1200);
      expect(shown).toBeLessThan(6000);
      expect(opened).toBeLessThan(2000);
      expect(Math.max(flowPause, livePause)).toBeLessThan(2000);
      bed.expectNoComplaints();
    }, 90_000);
  });
}

import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { Bed, receiverTo } from "./bed.ts";

const config = {
  ...receiverTo("pyroscope.local_store.recent.receiver"),
  "pyroscope.local_store": { recent: {} },
};

const credentials = { username: "ann", password: "open-sesame" };

export function registerCredentialsTests(): void {
  describe("where credentials are asked for", () => {
    test("nothing is shown without them, and all works with them", async () => {
      const hash = await Bun.password.hash(credentials.password, { algorithm: "bcrypt", cost: 5 });
      await using known = await Bed.open(config, { credentials }, (folder) => {
        writeFileSync(folder.file("htpasswd"), `${credentials.username}:${hash}\n`);
        return [`--server.http.auth-file=${folder.file("htpasswd")}`];
      });
      for (const path of ["/", "/speedscope/", "/api/v0/status", "/api/v0/flow/events"])
        expect([path, (await fetch(`${known.admin}${path}`)).status]).toEqual([path, 401]);

      const { page } = known;
      await known.goTo("#/flow");
      // The stream of events, what is asked once, and what changes something.
      await page.getByText("Live", { exact: true }).waitFor();
      await page.getByRole("link", { name: "Configuration" }).click();
      await page.getByRole("button", { name: "Reload" }).click();
      await page.getByText("Reloaded: the file on disk is in use.").waitFor();
      known.expectNoComplaints();
    });
  });
}

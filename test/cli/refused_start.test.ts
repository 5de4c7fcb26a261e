import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import type { TemporaryFolder } from "../base/temporary_folder.ts";
import { type Ended, PyroductRun, processTestMs } from "./pyroduct_run.ts";

const admin = "--server.http.listen-addr=127.0.0.1:0";

/** Starts pyroduct with what must keep it from starting; everything it says must be so many lines. */
async function refused(
  args: (folder: TemporaryFolder) => readonly string[],
  stdin?: string,
  lines = 1,
): Promise<Ended> {
  await using run = new PyroductRun((folder) => ["run", ...args(folder)], stdin);
  const ended = await run.ended();
  expect([ended.status, ended.out, ended.error.split("\n").length]).toEqual([1, "", lines + 1]);
  return ended;
}

describe.concurrent("what keeps it from starting is told, and status 1", () => {
  test(
    "an unknown flag",
    async () => {
      expect((await refused(() => ["--nope"])).error).toBe("error: unknown option '--nope'\n");
    },
    processTestMs,
  );

  test(
    "a file of those who may come to the admin server that can't be used",
    async () => {
      const { error } = await refused((folder) => {
        writeFileSync(folder.file("htpasswd"), "ann:plain\n");
        return [admin, "--listen=127.0.0.1:0", `--server.http.auth-file=${folder.file("htpasswd")}`];
      });
      expect(error).toContain(
        "htpasswd: line 1: neither plain passwords nor hashes of this kind are accepted",
      );
    },
    processTestMs,
  );

  test(
    "a configuration that is not there",
    async () => {
      const { error } = await refused(() => ["/no/such/file.yaml"]);
      expect(error).toStartWith("can't read /no/such/file.yaml: ENOENT");
    },
    processTestMs,
  );

  test(
    "a configuration from standard input that is wrong",
    async () => {
      const { error } = await refused(() => ["-", admin], "pyroscope.write: 5", 4);
      expect(error).toBe(`(standard input):1:18: pyroscope.write: expected a mapping
    1 | pyroscope.write: 5
      |                  ^
  fix: write a label of your choice, such as default:, below pyroscope.write, and the arguments below that
`);
    },
    processTestMs,
  );

  test(
    "a port that is taken, on the first run with advice",
    async () => {
      using taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
      const listen = `--listen=127.0.0.1:${taken.port}`;
      const { error } = await refused((folder) => [listen, admin, `--storage.path=${folder.path}`]);
      expect(error).toEndWith(
        `To stand in front of it: --listen 127.0.0.1:${taken.port + 1} --forward-to http://127.0.0.1:${taken.port}\n`,
      );
    },
    processTestMs,
  );

  test(
    "an admin port that is taken, with the flag that chooses another",
    async () => {
      using taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
      const address = `127.0.0.1:${taken.port}`;
      const { error } = await refused((folder) => [
        ...["--listen=127.0.0.1:0", `--server.http.listen-addr=${address}`, `--storage.path=${folder.path}`],
      ]);
      expect(error).toBe(
        `can't listen on ${address}: the port is in use by another program; --server.http.listen-addr chooses another address\n`,
      );
    },
    processTestMs,
  );

  test(
    "a storage path that can't be written",
    async () => {
      const { error } = await refused((folder) => {
        writeFileSync(folder.file("file"), "");
        return ["--listen=127.0.0.1:0", admin, `--storage.path=${folder.file("file", "below")}`];
      });
      expect(error).toMatch(/^can't store profiles in \S+\/file\/below\/\S+: /);
    },
    processTestMs,
  );
});

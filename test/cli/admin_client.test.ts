import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { version } from "../../src/base/version.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { freePort } from "../http/free_port.ts";
import { command } from "./command.ts";

/** What an admin server answers, by method and path; to all else it says that there is no such path. */
type Answers = Readonly<Record<string, () => Response | Promise<Response>>>;

const alive: Answers = { "GET /-/live": () => new Response("pyroduct is alive.\n") };
const empty: Answers = { ...alive, "GET /api/v0/queues": () => Response.json({ queues: [] }) };

/** A server with these answers, and what it was asked. */
function serving(answers: Answers) {
  const asked: { readonly what: string; readonly authorization: string | null }[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ url, method, headers }) => {
      const what = `${method} ${new URL(url).pathname}`;
      asked.push({ what, authorization: headers.get("authorization") });
      return answers[what]?.() ?? new Response("404 page not found\n", { status: 404 });
    },
  });
  const at = `127.0.0.1:${server.port}`;
  return { at, asked, [Symbol.asyncDispose]: () => server.stop(true) };
}

let password: string | undefined;

beforeEach(() => {
  password = process.env["PYRODUCT_PASSWORD"];
  delete process.env["PYRODUCT_PASSWORD"];
});

afterEach(() => {
  if (password === undefined) delete process.env["PYRODUCT_PASSWORD"];
  else process.env["PYRODUCT_PASSWORD"] = password;
});

describe("a command that asks a running pyroduct", () => {
  const basic = `Basic ${Buffer.from("me:p@ss").toString("base64")}`;

  test("takes the password from a file", async () => {
    await using admin = serving(empty);
    using folder = new TemporaryFolder();
    const file = folder.file("password");
    writeFileSync(file, "p@ss\n");
    const flags = ["--server", admin.at, "--username=me", `--password-file=${file}`];
    expect((await command("queue", "ls", ...flags)).status).toBe(0);
    expect(admin.asked.at(-1)).toEqual({ what: "GET /api/v0/queues", authorization: basic });
  });

  test("takes it from the environment", async () => {
    await using admin = serving(empty);
    process.env["PYRODUCT_PASSWORD"] = "p@ss";
    expect((await command("queue", "ls", "--server", admin.at, "--username=me")).status).toBe(0);
    expect(admin.asked.at(-1)?.authorization).toBe(basic);
  });

  test.each([
    ["--server", ""],
    ["--server", "http://"],
    ["--server.http.listen-addr", ""],
  ])("takes its address by %s %s", async (flag, scheme) => {
    await using admin = serving(empty);
    expect((await command("queue", "ls", flag, `${scheme}${admin.at}`)).status).toBe(0);
    expect(admin.asked.map(({ authorization }) => authorization)).toEqual([null, null]);
  });

  test("takes a URL with a path, as behind a proxy", async () => {
    await using admin = serving({
      "GET /pyroduct/-/live": () => new Response("pyroduct is alive.\n"),
      "GET /pyroduct/-/ready": () => new Response("pyroduct is ready.\n"),
    });
    const { status, out } = await command("probe", "--server", `http://${admin.at}/pyroduct/`);
    expect([status, out]).toEqual([0, "pyroduct is ready.\n"]);
  });

  test.each([[["queue", "ls"]], [["probe"]], [["doctor"]], [["support-bundle"]]])(
    "wants no credentials in the URL, and does not repeat them: %j",
    async (words) => {
      for (const url of ["http://me:hunter2@127.0.0.1:1", "me:hunter2@127.0.0.1:1"]) {
        const { status, out, error } = await command(...words, "--server", url);
        expect(error).toBe(
          "--server must not hold credentials, since other users can see a command line: use --username with --password-file or $PYRODUCT_PASSWORD\n",
        );
        expect([status, out]).toEqual([1, ""]);
      }
    },
  );

  test.each([
    [["--username=u"], "--username goes with a password: --password-file, or $PYRODUCT_PASSWORD\n"],
    [["--password-file=x"], "--password-file goes with --username: add it\n"],
    [["--server=127.0.0.1:1/?x"], "Expected host:port or a URL, such as 127.0.0.1:12345.\n"],
    [["--server=:99999"], "Expected host:port or a URL, such as 127.0.0.1:12345.\n"],
  ])("refuses %j", async (flags, problem) => {
    const { status, error } = await command("queue", "ls", ...flags);
    expect([status, error]).toEqual([1, expect.stringContaining(problem)]);
  });
});

describe.each([[["queue", "ls"]], [["probe", "healthy"]], [["support-bundle", "--profile-seconds=1"]]])(
  "%j tells why it has no answer",
  (words) => {
    const asking = (at: string) => command(...words, "--server", at);

    test("where nobody listens", async () => {
      const at = `127.0.0.1:${freePort()}`;
      expect(await asking(at)).toEqual({
        status: 1,
        out: "",
        error: `no pyroduct answers at ${at}: connection refused: start it with pyroduct run, or name the address that it was started with: --server\n`,
      });
    });

    test("where something else answers", async () => {
      await using other = serving({ "GET /-/ready": () => new Response("Prometheus Server is Ready.\n") });
      expect(await asking(other.at)).toEqual({
        status: 1,
        out: "",
        error: `what answers at ${other.at} is no admin server of pyroduct: HTTP 404: name the address that it was started with: --server\n`,
      });
      // What changes something must not be asked of just anybody.
      expect(other.asked.map(({ what }) => what)).toEqual(["GET /-/live"]);
    });
  },
);

describe("a command tells", () => {
  test("that it must say who asks, and steers no terminal", async () => {
    await using admin = serving({
      ...alive,
      "GET /api/v0/queues": () => new Response("valid credentials\n\u001b[31m are needed\n", { status: 401 }),
    });
    expect((await command("queue", "ls", "--server", admin.at)).error).toBe(
      `${admin.at} refuses to answer: HTTP 401: valid credentials [31m are needed: say who asks: --username, with --password-file or $PYRODUCT_PASSWORD\n`,
    );
    process.env["PYRODUCT_PASSWORD"] = "hunter2";
    const { error } = await command("queue", "ls", "--server", admin.at, "--username=u");
    expect(error).toEndWith(": look into --username and the password\n");
    expect(error).not.toContain("hunter2");
  });

  test("what is not allowed", async () => {
    const text = "this host name is not known here: --server.http.host NAME makes it known";
    await using admin = serving({ "GET /-/live": () => new Response(`${text}\n`, { status: 403 }) });
    expect((await command("queue", "ls", "--server", admin.at)).error).toBe(
      `${admin.at} refuses to answer: HTTP 403: ${text}: change that where it runs\n`,
    );
  });

  test.each([
    ["does not know what is asked for", {}, "0.0.9"],
    ["answers in another form", { "GET /api/v0/queues": () => Response.json({ queues: [{}] }) }, "9.0.0"],
    ["answers with something else", { "GET /api/v0/queues": () => new Response("<html>") }, "0.0.9"],
  ])("that a pyroduct of another version %s", async (_, answers, itsVersion) => {
    await using admin = serving({
      ...alive,
      ...answers,
      "GET /api/v0/status": () => Response.json({ version: itsVersion }),
    });
    expect(await command("queue", "ls", "--server", admin.at)).toEqual({
      status: 1,
      out: "",
      error: `pyroduct at ${admin.at} can't answer GET /api/v0/queues: it is of version ${itsVersion}, and this command of ${version}: update the older one, or use the executable that runs there\n`,
    });
  });

  test("of a redirect, and does not follow it", async () => {
    await using admin = serving({
      ...alive,
      "GET /api/v0/queues": () => Response.redirect("http://127.0.0.1:1/", 302),
    });
    const { error } = await command("queue", "ls", "--server", admin.at);
    expect(error).toContain("is no admin server of pyroduct: HTTP 302");
  });
});

test("README has every flag of those that ask a running pyroduct", async () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const { out } = await command("queue", "ls", "--help");
  const flags = [...out.matchAll(/^ {2}(--.*?) {2}/gm)].map(([, flag = ""]) => flag);
  expect(flags).toHaveLength(3);
  expect(flags.filter((flag) => !readme.includes(`| \`${flag}\` |`))).toEqual([]);
});
